package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** R19: what stands around the frames of a DATA is not believed either, though all checksums hold. */
class LinkFramingTest {
    private static final int FIRST = LinkLayout.DATA_LENGTH;
    private static final int ODD_BODY = 101;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final LinkDecoder decoder = new LinkDecoder(new Wire(allocator), allocator, 1 << 20);

    @AfterEach
    void shouldHaveReleasedEverything() {
        decoder.stop();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void refuses(ByteBuf data, String why) {
        try {
            assertThatThrownBy(() -> decoder.decode(data))
                    .isInstanceOfSatisfying(
                            LinkException.class, e -> assertThat(e.code()).isEqualTo(RejectCode.PROTOCOL))
                    .hasMessageContaining(why);
        } finally {
            data.release();
        }
    }

    @Test
    void shouldRefusePaddingThatIsNotZero_R19() {
        ByteBuf data = Wire.data(allocator, 0, ODD_BODY, 1);
        data.setByte(data.writerIndex() - 1, 1);
        refuses(data, "padding of a frame (expected: zeros)");
    }

    /** Input and position are the log's own; what a stranger says of them must not get into another log. */
    @Test
    void shouldRefuseAHopHalfOfALogWhereNoneWasAnnounced_R19() {
        ByteBuf numbered = Wire.data(allocator, 0, ODD_BODY, 1);
        numbered.setIntLE(FIRST + FrameLayout.INPUT_NUMBER_OFFSET, 3);
        signHop(numbered, FIRST);
        refuses(numbered, "hop half of frame 1");
    }

    @Test
    void shouldRefuseAPositionOfALogWhereNoneWasAnnounced_R19() {
        ByteBuf positioned = Wire.data(allocator, 0, ODD_BODY, 1);
        positioned.setLongLE(FIRST + FrameLayout.INPUT_POSITION_OFFSET, 3);
        signHop(positioned, FIRST);
        refuses(positioned, "hop half of frame 1");
    }

    @Test
    void shouldRefuseFramesThatLeaveSomeOfTheirDataOver_R19() {
        ByteBuf data = Wire.data(allocator, 0, ODD_BODY, 1);
        announce(data, 1, data.readableBytes() - FIRST + FrameLayout.ALIGNMENT);
        refuses(data, "expected: frames that fill it");
    }

    @Test
    void shouldRefuseAFrameThatLeavesNoRoomForTheOthersOfItsData_R19() {
        ByteBuf data = Wire.data(allocator, 0, ODD_BODY, 1);
        announce(data, 2, data.readableBytes() - FIRST);
        refuses(data, "expected: frames that fill it");
    }

    @Test
    void shouldRefusePositionsNearTheEndOfTheNumbers_R19() {
        ByteBuf data = Wire.data(allocator, 0, ODD_BODY, 1);
        data.setLongLE(FIRST + FrameLayout.SEQUENCE_OFFSET, LinkLayout.MAX_POSITION + 1);
        signHop(data, FIRST);
        refuses(data, "position: " + (LinkLayout.MAX_POSITION + 1));
    }

    /** Says that so many frames of so many bytes follow. */
    private static void announce(ByteBuf data, int frames, long bytes) {
        ByteBuf header = data.slice(0, FIRST).writerIndex(0);
        LinkEncoder.data(header, LinkLayout.DATA_PLAIN, 0, bytes, frames);
    }

    private static void signHop(ByteBuf data, int at) {
        byte[] hop = new byte[FrameLayout.HOP_CRC_OFFSET];
        data.getBytes(at, hop);
        CRC32C crc = new CRC32C();
        crc.update(hop);
        data.setIntLE(at + FrameLayout.HOP_CRC_OFFSET, (int) crc.getValue());
        ByteBuffer whole = ByteBuffer.allocate(FrameLayout.HOP_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        data.getBytes(at, whole);
        assertThat(new HopHeader().read(whole.clear(), 0)).isTrue();
    }
}
