package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a loop lets the other threads of its only processor run. */
class TakingTurnsTest {
    private static final int READ_BYTES = (int) TakingTurns.LEAST_BYTES / 4;
    private static final byte[] MEBIBYTE = new byte[(int) TakingTurns.LEAST_BYTES];

    private final List<String> seen = new ArrayList<>();
    private long now;
    private long kept;
    private final EmbeddedChannel channel = new EmbeddedChannel(
            new TakingTurns(() -> now, () -> {
                seen.add("given away");
                now += kept;
            }),
            new Receiver());

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldGiveTheProcessorAwayAfterEachMebibyteWhenAllIsAnswered() {
        read(10, READ_BYTES);
        assertThat(seen)
                .containsExactly(
                        "answered",
                        "answered",
                        "answered",
                        "answered",
                        "given away",
                        "answered",
                        "answered",
                        "answered",
                        "answered",
                        "given away",
                        "answered",
                        "answered");
    }

    @Test
    void shouldKeepTheProcessorUntilAMebibyteCame() {
        read(1, READ_BYTES);
        read(1, (int) TakingTurns.LEAST_BYTES - READ_BYTES - 1);
        assertThat(seen).doesNotContain("given away");
        read(1, 1);
        assertThat(seen).endsWith("answered", "given away");
    }

    @Test
    void shouldGiveItAwayOnceForSeveralReadsOfOneRound() {
        channel.writeInbound(buffer(READ_BYTES), buffer(READ_BYTES), buffer(READ_BYTES), buffer(READ_BYTES));
        assertThat(seen).containsExactly("answered", "given away");
    }

    @Test
    void shouldGiveItAwayLessOftenWhereSomebodyKeepsIt() {
        kept = TakingTurns.LONG_NANOS + 1;
        assertThat(mebibytesAtTurns(3_413)).containsExactly(1, 5, 21, 85, 341, 1_365, 2_389, 3_413);
        kept = TakingTurns.LONG_NANOS;
        assertThat(mebibytesAtTurns(2_050))
                .containsExactly(
                        1_024, 1_536, 1_792, 1_920, 1_984, 2_016, 2_032, 2_040, 2_044, 2_046, 2_047, 2_048, 2_049,
                        2_050);
    }

    private List<Integer> mebibytesAtTurns(int mebibytes) {
        List<Integer> turns = new ArrayList<>();
        for (int i = 1; i <= mebibytes; i++) {
            seen.clear();
            channel.writeInbound(Unpooled.wrappedBuffer(MEBIBYTE));
            if (seen.contains("given away")) {
                turns.add(i);
            }
        }
        return turns;
    }

    @Test
    void shouldPassOnTheBufferItself() {
        ByteBuf read = Unpooled.directBuffer(8).writeLong(1);
        EmbeddedChannel through = new EmbeddedChannel(new TakingTurns(() -> now, () -> {}));
        through.writeInbound(read);
        assertThat(through.<Object>readInbound()).isSameAs(read);
        assertThat(read.refCnt()).isOne();
        read.release();
        through.finishAndReleaseAll();
    }

    private void read(int times, int bytes) {
        for (int i = 0; i < times; i++) {
            channel.writeInbound(buffer(bytes));
        }
    }

    private static ByteBuf buffer(int bytes) {
        return Unpooled.buffer(bytes).writerIndex(bytes);
    }

    /** Stands for the receiver, which reads what came, and answers when all is read. */
    private final class Receiver extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            bytes.skipBytes(bytes.readableBytes());
            bytes.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            seen.add("answered");
        }
    }
}
