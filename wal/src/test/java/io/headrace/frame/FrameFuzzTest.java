package io.headrace.frame;

import com.sun.management.ThreadMXBean;
import io.headrace.testing.FuzzRun;
import io.headrace.testing.Mutants;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Changed golden frames before the decoder and the cursor; by the million with {@code -Dfuzz.cases=1000000}. */
class FrameFuzzTest {
    private static final int CASES = 100_000;
    private static final int MAX_FRAME = 1 << 20;
    private static final String LINES = "a line that comes again and again\n".repeat(40);
    private static final int CHECKED = FrameLayout.inOrigin(FrameLayout.VERSION_OFFSET);

    @Test
    void shouldAnswerMutantsWithAFrameExceptionOrAFrame_R19() throws InterruptedException {
        FuzzRun.run("wal", FrameFuzzTest.class, CASES, Decoding::new);
    }

    /** Half of the mutants get a right checksum again: then only their structure can give them away. */
    private static final class Decoding implements LongConsumer {
        private static final int UNMEASURED = 1_000;

        private final byte[][] golden = withCompressed(GoldenFrames.origins());
        private final FrameDecoder decoder = new FrameDecoder(MAX_FRAME);
        private final EventCursor cursor = new EventCursor();
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private int cases;
        private int plainLength;

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
            plainLength = 0;
            try {
                Frame frame = decoder.decodeUntrusted(bytes, 0);
                accepted = true;
                plainLength = frame.plainLength();
                check(frame.checksum() == checksum(mutant), "its checksum denies the frame");
                walk(frame);
            } catch (FrameException e) {
                check(!accepted, "was accepted, but cannot be read: " + e.getMessage());
                check(e.getMessage().contains("expected"), e.getMessage());
            }
            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            // The first ones load classes. What an exception and its message take is below 32 KiB. What is compressed
            // may
            // be as long as a frame may be, once for the decoder and once for the cursor.
            long inflated = isCompressed(mutant) ? 2L * MAX_FRAME + 50L * plainLength : 0;
            check(
                    ++cases <= UNMEASURED || taken < 32 * 1024 + 50L * mutant.length + inflated,
                    "took " + taken + " bytes for " + mutant.length);
            check(bytes.release(), "kept a reference");
        }

        /** Reads all there is to read; headers of a frame that was accepted must be readable. */
        private void walk(Frame frame) {
            if (frame.type() == FrameType.DATA) {
                cursor.wrap(frame);
                while (cursor.next()) {
                    cursor.headers();
                    cursor.body();
                }
            }
        }

        private static boolean isCompressed(byte[] origin) {
            int at = FrameLayout.inOrigin(FrameLayout.FLAGS_OFFSET);
            return origin.length > at && (origin[at] & FrameLayout.FLAG_COMPRESSED) != 0;
        }

        /** As many compressed ones as others. */
        private static byte[][] withCompressed(byte[][] plain) {
            byte[][] all = Arrays.copyOf(plain, 2 * plain.length);
            FrameCompressor compressor = new FrameCompressor(1);
            for (int i = plain.length; i < all.length; i++) {
                FrameBuilder builder = new FrameBuilder(UnpooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
                builder.begin(Headers.of(Map.of("host", "web-" + i)));
                ByteBuffer lines = ByteBuffer.wrap(LINES.getBytes(StandardCharsets.US_ASCII));
                builder.addLines(lines, 0, lines.capacity());
                builder.add(Headers.of(Map.of("own", "header")), new byte[i]);
                Frame frame = builder.build(new Producer(i), 1);
                Frame compressed = compressor.compress(frame, UnpooledByteBufAllocator.DEFAULT);
                check(compressed.isCompressed(), "is not compressed");
                all[i] = new byte[compressed.buffer().capacity()];
                compressed.buffer().getBytes(0, all[i]);
                frame.release();
                compressed.release();
            }
            return all;
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
