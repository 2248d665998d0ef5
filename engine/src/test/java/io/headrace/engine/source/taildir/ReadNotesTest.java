package io.headrace.engine.source.taildir;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of notes when a process or a machine dies. */
class ReadNotesTest {
    private static final ContentSum FEW = new ContentSum(7, 42);
    private static final ContentSum MORE = new ContentSum(70_000_000_000L, -1);

    @TempDir
    Path folder;

    private Path path;
    private ReadNotes notes;

    @BeforeEach
    void setUp() {
        path = folder.resolve("state/notes");
        notes = open();
    }

    @AfterEach
    void tearDown() {
        notes.close();
    }

    @Test
    void shouldHoldWhatWasNotedLastOfEachInput() {
        notes.add("file:1:2", FEW);
        notes.add("file:1:3", FEW);
        notes.add("file:1:2", MORE);
        assertThat(open().read()).isEqualTo(Map.of("file:1:2", MORE, "file:1:3", FEW));
    }

    @Test
    void shouldHoldNothingThatTheRegistryHas() {
        notes.add("file:1:2", FEW);
        notes.clear();
        assertThat(open().read()).isEmpty();
        notes.add("file:1:3", MORE);
        assertThat(open().read()).containsOnlyKeys("file:1:3");
        open().clear();
        assertThat(open().read()).isEmpty();
    }

    @Test
    void shouldPassOverWhatIsTornOrDamaged() throws IOException {
        notes.add("file:1:2", FEW);
        byte[] whole = Files.readAllBytes(path);
        for (int length = 0; length < whole.length - 1; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertThat(open().read()).as("%d bytes of %d", length, whole.length).isEmpty();
        }
        Files.write(path, new byte[4096]);
        Files.writeString(path, "\nno number 1 2 3\n\u00ff\u00fe\n", StandardOpenOption.APPEND);
        Files.write(path, whole, StandardOpenOption.APPEND);
        assertThat(open().read()).isEqualTo(Map.of("file:1:2", FEW));
        for (int bit = 0; bit < Byte.SIZE * (whole.length - 1); bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(path, damaged);
            assertThat(open().read())
                    .as(new String(damaged, StandardCharsets.ISO_8859_1))
                    .isEmpty();
        }
    }

    @Test
    void shouldHoldWhatIsNotedAfterATornLine() throws IOException {
        notes.add("file:1:2", FEW);
        notes.close();
        byte[] whole = Files.readAllBytes(path);
        for (int length = 0; length <= whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            try (ReadNotes next = open()) {
                next.add("file:1:3", MORE);
            }
            assertThat(open().read()).as("%d bytes of %d", length, whole.length).containsEntry("file:1:3", MORE);
        }
    }

    private ReadNotes open() {
        return new ReadNotes(path, new TaildirCounters(new MetricGroup(GroupType.SOURCE, "r1")));
    }
}
