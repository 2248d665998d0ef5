package io.headrace.frame;

import com.sun.management.ThreadMXBean;
import io.headrace.testing.FuzzRun;
import io.headrace.testing.Mutants;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Changed golden frames before the decoder and the cursor; by the million with {@code -Dfuzz.cases=1000000}. */
class FrameFuzzTest {
    private static final int CASES = 100_000;
    private static final int CHECKED = FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET);

    @Test
    void shouldAnswerMutantsWithAFrameExceptionOrAFrame_R19() throws InterruptedException {
        FuzzRun.run("wal", FrameFuzzTest.class, CASES, Decoding::new);
    }

    /** Half of the mutants get a right checksum again: then only their structure can give them away. */
    private static final class Decoding implements LongConsumer {
        private static final int UNMEASURED = 1_000;

        private final byte[][] golden = GoldenFrames.origins();
        private final FrameDecoder decoder = new FrameDecoder(1 << 20);
        private final EventCursor cursor = new EventCursor();
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private int cases;

        @Override
        public void accept(long seed) {
            Random random = new Random(seed);
            byte[] mutant = Mutants.of(golden[random.nextInt(golden.length)], random);
            boolean lies = random.nextBoolean() && mutant.length >= 40;
            if (lies) {
                ByteBuffer.wrap(mutant).order(ByteOrder.LITTLE_ENDIAN).putInt(0, checksum(mutant));
            }
            ByteBuf bytes = Unpooled.wrappedBuffer(mutant);
            long before = threads.getCurrentThreadAllocatedBytes();
            boolean accepted = false;
            try {
                Frame frame = decoder.decodeUntrusted(bytes, 0);
                accepted = true;
                check(frame.checksum() == checksum(mutant), "its checksum denies the frame");
                walk(frame);
            } catch (FrameException e) {
                check(!accepted, "was accepted, but cannot be read: " + e.getMessage());
                check(e.getMessage().contains("expected"), e.getMessage());
            }
            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            // The first ones load classes. What an exception and its message take is below 32 KiB.
            check(
                    ++cases <= UNMEASURED || taken < 32 * 1024 + 50L * mutant.length,
                    "took " + taken + " bytes for " + mutant.length);
            check(bytes.release(), "kept a reference");
        }

        /** Reads all there is to read; headers of a frame that was accepted must be readable. */
        private void walk(Frame frame) {
            if (frame.type() == FrameType.DATA && (frame.flags() & FrameLayout.FLAG_COMPRESSED) == 0) {
                cursor.wrap(frame);
                while (cursor.next()) {
                    cursor.headers();
                    cursor.body();
                }
            }
        }

        private static int checksum(byte[] origin) {
            CRC32C crc = new CRC32C();
            crc.update(origin, CHECKED, origin.length - CHECKED);
            return (int) crc.getValue();
        }

        private static void check(boolean holds, String otherwise) {
            if (!holds) {
                throw new AssertionError(otherwise);
            }
        }
    }
}
