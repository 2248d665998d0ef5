package io.headrace.wal;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a write that the system cuts short. */
class ChannelFileTest {
    private static final Path PATH = Path.of("segment");

    private final ByteBuffer group = ByteBuffer.allocate(4 * Storage.BLOCK);
    private final List<Long> positions = new ArrayList<>();

    @Test
    void shouldGoOnBehindWholeBlocks() throws IOException {
        ChannelFile.writeBlocks(PATH, cutTo(Storage.BLOCK), group, 8192);
        assertThat(positions).containsExactly(8192L, 12_288L, 16_384L, 20_480L);
        assertThat(group.hasRemaining()).isFalse();
    }

    @Test
    void shouldFailWithinABlock() {
        assertThatThrownBy(() -> ChannelFile.writeBlocks(PATH, cutTo(Storage.BLOCK + 512), group, 8192))
                .isInstanceOf(IOException.class)
                .hasMessage("segment: 4608 of 16384 bytes written at 8192 (expected: all, or whole blocks of 4096)");
        assertThat(positions).containsExactly(8192L);
    }

    @Test
    void shouldFailWhereNothingIsWritten() {
        assertThatThrownBy(() -> ChannelFile.writeBlocks(PATH, cutTo(0), group, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("0 of 16384");
    }

    @Test
    void shouldGoOnWhereverTheCacheTookLess(@TempDir Path folder) throws IOException {
        byte[] content = new byte[10_000];
        new Random(1).nextBytes(content);
        Path path = folder.resolve("segment");
        try (FileChannel short700 = new ShortChannel(FileChannel.open(path, WRITE, CREATE), 700);
                ChannelFile file = new ChannelFile(path, short700, false)) {
            ByteBuffer[] parts = {
                ByteBuffer.wrap(content, 1_000, 3), ByteBuffer.wrap(content, 1_003, 2_000),
                ByteBuffer.wrap(content, 3_003, 0), ByteBuffer.wrap(content, 3_003, 6_997),
            };
            file.write(parts, parts.length, 1_000);
            file.write(ByteBuffer.wrap(content, 0, 1_000), 0);
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(content);
    }

    private ChannelFile.BlockWrite cutTo(int bytes) {
        return (from, position) -> {
            positions.add(position);
            int count = Math.min(bytes, from.remaining());
            from.position(from.position() + count);
            return count;
        };
    }
}
