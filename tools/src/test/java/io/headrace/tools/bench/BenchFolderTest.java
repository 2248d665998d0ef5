package io.headrace.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.tools.StorageOf;
import io.headrace.wal.LogSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchFolderTest {
    private static final long ONE_LOG = BenchFolder.RESERVE_BYTES + 3 * LogSettings.DEFAULT_SEGMENT_BYTES;

    @TempDir
    private Path parent;

    @Test
    void shouldSayAtOnceThatTheDiskHasNoRoomForALog() {
        assertThatThrownBy(() -> open(WorkloadKind.CHANNEL, ONE_LOG - 1))
                .isInstanceOf(WorkloadException.class)
                .hasMessageStartingWith("--dir: " + parent + ": " + (ONE_LOG - 1) + " bytes are free (expected: >= "
                        + ONE_LOG + ", the reserve");
        assertThatThrownBy(() -> open(WorkloadKind.PIPELINE, ONE_LOG)).isInstanceOf(WorkloadException.class);
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void shouldUseADiskWithRoomForIt() throws IOException {
        open(WorkloadKind.CHANNEL, ONE_LOG);
        open(WorkloadKind.WAL, ONE_LOG);
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void shouldNeedNoRoomWithoutALog() throws IOException {
        BenchSettings memory = settings(WorkloadKind.CHANNEL).with(draft -> draft.policy(ChannelPolicy.MEMORY));
        BenchFolder.open(memory, StorageOf.fileSystem("ext4", 0)).close();
    }

    private void open(WorkloadKind kind, long usable) throws IOException {
        try (BenchFolder folder = BenchFolder.open(settings(kind), StorageOf.fileSystem("ext4", usable))) {
            assertThat(folder.resolve("log").getParent().getParent()).isEqualTo(parent);
        }
    }

    private BenchSettings settings(WorkloadKind kind) {
        return BenchSettings.of(kind).with(draft -> draft.folder(parent));
    }
}
