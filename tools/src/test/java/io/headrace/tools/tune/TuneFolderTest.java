package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.tools.CommandException;
import io.headrace.tools.ExitCode;
import io.headrace.tools.StorageOf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuneFolderTest {
    @TempDir
    private Path parent;

    @Test
    void shouldRefuseMemoryWithTheReason() {
        for (String type : new String[] {"tmpfs", "ramfs"}) {
            assertThatThrownBy(() -> TuneFolder.open(parent, 1, StorageOf.fileSystem(type, Long.MAX_VALUE)))
                    .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode())
                            .isEqualTo(ExitCode.USAGE))
                    .hasMessageContaining("--dir: " + parent + " is " + type + ", which is memory");
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void shouldRefuseAFullDisk() {
        assertThatThrownBy(() -> TuneFolder.open(parent, 1000, StorageOf.fileSystem("ext4", 999)))
                .hasMessageContaining("999 bytes free (expected: >= 1000)");
    }

    @Test
    void shouldLeaveNothing() throws IOException {
        try (TuneFolder folder = TuneFolder.open(parent, 1, StorageOf.fileSystem("ext4", 1))) {
            Path trial = folder.make("trial-1");
            Files.writeString(Files.createDirectories(trial.resolve("a/b")).resolve("c"), "d");
            folder.remove(trial);
            assertThat(trial).doesNotExist();
            Files.writeString(folder.make("trial-2").resolve("c"), "d");
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void shouldUseTheNearestFolderThatIsThere() throws IOException {
        try (TuneFolder folder = TuneFolder.open(parent.resolve("to/be/made"), 1, StorageOf.fileSystem("ext4", 1))) {
            assertThat(folder.root().getParent()).isEqualTo(parent);
        }
    }
}
