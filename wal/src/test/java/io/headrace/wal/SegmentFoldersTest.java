package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SegmentFoldersTest {
    private static final Path EVEN = Path.of("even");
    private static final Path ODD = Path.of("odd");
    private static final long RESERVE = 1_000;
    private static final long SIZE = 100;

    private final AtomicLong nanos = new AtomicLong(1);
    private final Map<Path, Long> usable = new HashMap<>(Map.of(EVEN, 5_000L, ODD, 5_000L));
    private final SegmentFolders folders = folders(List.of(EVEN, ODD));

    @Test
    void shouldTakeFoldersInTurn() throws IOException {
        assertThat(folders.withRoom(4, SIZE)).isEqualTo(EVEN);
        assertThat(folders.withRoom(5, SIZE)).isEqualTo(ODD);
        assertThat(folders.shortage()).isNull();
    }

    @Test
    void shouldPassOverAFolderWithoutRoomBeyondTheReserve() throws IOException {
        usable.put(ODD, RESERVE + SIZE - 1);
        assertThat(folders.withRoom(5, SIZE)).isEqualTo(EVEN);
        assertThat(folders.shortage())
                .isEqualTo("odd: 1099 bytes are free (expected: >= 1100, a segment and the reserve)");

        usable.put(ODD, RESERVE + SIZE);
        assertThat(folders.withRoom(5, SIZE)).isEqualTo(ODD);
        assertThat(folders.shortage()).isNull();
    }

    @Test
    void shouldFindNoneWhereAllAreFull() throws IOException {
        usable.replaceAll((folder, bytes) -> 0L);

        assertThat(folders.withRoom(5, SIZE)).isNull();
        assertThat(folders.shortage()).startsWith("even: 0 bytes");
    }

    /** A quota says that there is room, and has none. */
    @Test
    void shouldNotBelieveAFolderForASecondThatWasFullWhenItWasWritten() throws IOException {
        folders.wasFull(ODD, nanos.get());
        assertThat(folders.withRoom(5, SIZE)).isEqualTo(EVEN);

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(folders.withRoom(5, SIZE)).isEqualTo(ODD);
    }

    /** There is nowhere else to go: what it says is all there is. */
    @Test
    void shouldBelieveTheOnlyFolder() throws IOException {
        SegmentFolders only = folders(List.of(ODD));
        only.wasFull(ODD, nanos.get());

        assertThat(only.withRoom(5, SIZE)).isEqualTo(ODD);
    }

    private SegmentFolders folders(List<Path> all) {
        LogSettings settings = new LogSettings(
                all, EVEN, LogFixture.SMALL_SEGMENT, LogFixture.SMALL_FRAME, LogSettings.Appender.POSITIONAL, RESERVE);
        Storage storage = (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(),
                new Class<?>[] {Storage.class},
                (proxy, method, arguments) -> usable.get(arguments[0]));
        return new SegmentFolders(settings, storage, nanos::get);
    }
}
