package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many reads it takes to get what came. */
class ReceiveRoomTest {
    private static final int FRAME_BYTES = 13_600;
    private static final int MESSAGE_BYTES = 32;

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @SuppressWarnings("deprecation") // the type that Netty's interface names
    private final RecvByteBufAllocator.Handle room =
            new ReceiveRoom(new FixedRecvByteBufAllocator(1).maxMessagesPerRead(1), () -> null).newHandle();

    @AfterEach
    void close() {
        channel.close();
    }

    @Test
    void shouldReadAFrameAtOnceWhenTheOneBeforeHadTheSameLength() {
        receive(FRAME_BYTES);
        receive(FRAME_BYTES);
        for (int i = 0; i < 100; i++) {
            assertThat(receive(FRAME_BYTES)).as("reads of frame %d", i).isEqualTo(1);
        }
    }

    @Test
    void shouldReadIntoSmallBuffersAgainWhenLittleComes() {
        receive(1_000_000);
        for (int i = 0; i < 50; i++) {
            receive(MESSAGE_BYTES);
        }
        assertThat(room.guess()).isEqualTo(4 * 1024);
    }

    /** Returns how many reads brought so many bytes. */
    private int receive(int bytes) {
        int reads = 0;
        for (int left = bytes; left > 0; room.readComplete()) {
            room.reset(channel.config());
            do {
                ByteBuf buffer = room.allocate(UnpooledByteBufAllocator.DEFAULT);
                int read = Math.min(left, buffer.writableBytes());
                room.attemptedBytesRead(buffer.writableBytes());
                room.lastBytesRead(read);
                room.incMessagesRead(1);
                buffer.release();
                left -= read;
                reads++;
            } while (left > 0 && room.continueReading());
        }
        return reads;
    }
}
