package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of a write around the page cache that the system cuts short. */
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

    private ChannelFile.BlockWrite cutTo(int bytes) {
        return (from, position) -> {
            positions.add(position);
            int count = Math.min(bytes, from.remaining());
            from.position(from.position() + count);
            return count;
        };
    }
}
