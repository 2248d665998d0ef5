package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameCompressor;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.headrace.transport.fuzz.Fuzzing;
import io.headrace.wal.StreamId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Changed conversations before the decoder, half of them with right checksums, so that what is behind those is reached; by
 * the million with {@code -Dfuzz.cases=1000000}.
 */
class LinkFuzzTest {
    private static final int CASES = 10_000;
    private static final int MAX_FRAME = 64 * 1024;

    private ResourceLeakDetector.Level level;

    /** Each case looks at the memory that is in use: a record of who touched it would take most of the time. */
    @BeforeEach
    void trackNoBuffers() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void trackAsBefore() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void shouldAnswerChangedConversationsWithALinkExceptionOrWhatTheySay_R19() {
        Decoding decoding = new Decoding();
        long cases = Fuzzing.run(CASES, decoding);
        System.out.println(
                decoding.refused + " refused, " + decoding.lied + " accepted lies, frames " + decoding.frames);
        if (cases >= CASES) {
            assertThat(decoding.refused).isBetween(cases / 4, cases * 9 / 10);
            assertThat(decoding.lied).isGreaterThan(cases / 100);
        }
    }

    private static final class Decoding implements LongConsumer, LinkDecoder.Handler {
        private static final int UNMEASURED = 1_000;
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
        private final EventCursor cursor = new EventCursor();
        private final Set<Integer> goldenChecksums;
        private final List<byte[]> golden;
        private boolean lies;
        private long cases;
        private long refused;
        private long lied;
        private long frames;
        private long taken;
        private long announced;

        Decoding() {
            List<Frame> whole = List.of(frame(3, 100), frame(4, 5_000), frame(5, 40_000), compressed(6), compressed(7));
            goldenChecksums = whole.stream().map(Frame::checksum).collect(Collectors.toSet());
            golden = List.of(
                    take(Wire.helloBytes(allocator, new StreamId(1, 2), 0, 5)),
                    take(LinkEncoder.welcome(
                            allocator, new Welcome(1, LinkLayout.ZSTD, MAX_FRAME, AckLevel.SAFE, 2, 65_536))),
                    take(Wire.data(allocator, 1, whole.subList(0, 2), 3, 4)),
                    take(LinkEncoder.ack(allocator, 3, 65_536)),
                    take(LinkEncoder.ping(allocator, MessageType.PING, 77)),
                    take(Wire.data(allocator, 1, whole.subList(2, 5), 5, 6, 7)),
                    take(LinkEncoder.reject(allocator, RejectCode.CHECKSUM, 4, "why")),
                    take(LinkEncoder.ping(allocator, MessageType.PONG, 77)),
                    take(LinkEncoder.goAway(allocator, "bye")));
            whole.forEach(Frame::release);
        }

        private Frame frame(long id, int bytes) {
            return TestFrames.of(allocator, id, bytes);
        }

        private Frame compressed(long id) {
            Frame plain = TestFrames.of(allocator, id, 50, 200, 1);
            Frame small = new FrameCompressor(1).compress(plain, allocator);
            plain.release();
            assertThat(small.isCompressed()).isTrue();
            return small;
        }

        private static byte[] take(ByteBuf message) {
            byte[] bytes = new byte[message.readableBytes()];
            message.readBytes(bytes);
            message.release();
            return bytes;
        }

        @Override
        public void accept(long seed) {
            Random random = new Random(seed);
            lies = random.nextBoolean();
            byte[] all = conversation(random);
            LinkDecoder decoder = new LinkDecoder(this, allocator, MAX_FRAME, random.nextInt(4) > 0);
            taken = 0;
            announced = 0;
            boolean accepted = false;
            try {
                read(decoder, all, random);
                accepted = true;
            } catch (LinkException e) {
                check(e.code() != null && !e.getMessage().isEmpty(), "says nothing");
                refused++;
            } finally {
                decoder.stop();
            }
            lied += accepted && lies ? 1 : 0;
            // The first ones load classes. What a frame inflates into may be as long as a frame.
            check(++cases <= UNMEASURED || taken < 4 * MAX_FRAME + 10L * all.length, "took " + taken + " bytes");
            check(allocator.metric().usedDirectMemory() == 0, "kept memory");
        }

        /** All of the messages, or some of them in another order, one of which is changed. */
        private byte[] conversation(Random random) {
            List<byte[]> messages = new ArrayList<>();
            int many = 1 + random.nextInt(golden.size());
            int changed = random.nextInt(many);
            for (int i = 0; i < many; i++) {
                byte[] message = golden.get(random.nextInt(golden.size()));
                if (i == changed) {
                    message = Fuzzing.mutant(message, random);
                    if (lies) {
                        sign(message, random);
                    }
                }
                messages.add(message);
            }
            ByteBuffer all = ByteBuffer.allocate(
                    messages.stream().mapToInt(message -> message.length).sum());
            messages.forEach(all::put);
            return all.array();
        }

        /** Rights the checksums of a message and of the frames behind it, as far as lengths lead to them. */
        private static void sign(byte[] message, Random random) {
            if (message.length < LinkLayout.PREFIX_LENGTH) {
                return;
            }
            ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
            boolean data = message[LinkLayout.TYPE_OFFSET] == MessageType.DATA.code();
            if (!data && random.nextInt(4) > 0) {
                bytes.putInt(LinkLayout.LENGTH_OFFSET, message.length);
            }
            int length = bytes.getInt(LinkLayout.LENGTH_OFFSET);
            if (length >= LinkLayout.PREFIX_LENGTH && length <= message.length) {
                bytes.putInt(LinkLayout.CRC_OFFSET, 0);
                bytes.putInt(LinkLayout.CRC_OFFSET, crc(message, 0, length));
            }
            int at = data ? LinkLayout.DATA_LENGTH : message.length;
            while (at + FrameLayout.HEADER_LENGTH <= message.length) {
                bytes.putInt(at + FrameLayout.HOP_CRC_OFFSET, crc(message, at, at + FrameLayout.HOP_CRC_OFFSET));
                int frame = bytes.getInt(at + FrameLayout.LENGTH_OFFSET);
                if (frame < FrameLayout.HEADER_LENGTH || frame > message.length - at) {
                    return;
                }
                bytes.putInt(
                        at + FrameLayout.ORIGIN_CRC_OFFSET, crc(message, at + FrameLayout.VERSION_OFFSET, at + frame));
                at += FrameLayout.align(frame);
            }
        }

        private static int crc(byte[] bytes, int from, int to) {
            CRC32C crc = new CRC32C();
            crc.update(bytes, from, to - from);
            return (int) crc.getValue();
        }

        /** As a socket is read: into the decoder's room where it gives one, some bytes at a time. */
        private void read(LinkDecoder decoder, byte[] all, Random random) {
            int most = 1 + random.nextInt(random.nextBoolean() ? 200 : 100_000);
            int at = 0;
            while (at < all.length) {
                int there = Math.min(all.length - at, 1 + random.nextInt(most));
                ByteBuf into = decoder.room(there);
                if (into == null) {
                    into = allocator.directBuffer(there, there);
                }
                int length = Math.min(there, into.capacity());
                into.writeBytes(all, at, length);
                at += length;
                long before = THREADS.getCurrentThreadAllocatedBytes();
                try {
                    decoder.decode(into);
                } finally {
                    into.release();
                    taken += THREADS.getCurrentThreadAllocatedBytes() - before;
                }
                long used = allocator.metric().usedDirectMemory();
                check(used <= 4 * MAX_FRAME, used + " bytes in use");
            }
        }

        @Override
        public void onMessage(MessageType type, ByteBuf message) {
            check(announced == 0, announced + " bytes of a DATA did not come");
            switch (type) {
                case HELLO -> LinkMessages.hello(message);
                case WELCOME -> LinkMessages.welcome(message);
                case ACK -> {
                    LinkMessages.ackFrames(message);
                    LinkMessages.ackCredit(message);
                }
                case REJECT -> {
                    LinkMessages.rejectCode(message);
                    LinkMessages.rejectPosition(message);
                    LinkMessages.rejectText(message);
                }
                case PING, PONG -> LinkMessages.token(type, message);
                case GOAWAY -> LinkMessages.goAwayText(message);
                default -> throw new AssertionError(type);
            }
        }

        @Override
        public void onData(long floor, int count, long bytes) {
            check(announced == 0, announced + " bytes of a DATA did not come");
            announced = bytes;
            check(count > 0 && floor >= 0 && bytes <= (long) count * MAX_FRAME, "a DATA of " + bytes + " bytes");
        }

        @Override
        public long beforeFrame(int alignedLength) {
            check(alignedLength <= MAX_FRAME, "a frame of " + alignedLength + " bytes");
            return alignedLength;
        }

        /** What a channel gets, a sink can read, and without a lie about its checksum somebody has sent it. */
        @Override
        public void onFrame(HopHeader hop, Frame frame) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            try {
                frames++;
                announced -= frame.alignedLength();
                check(lies || goldenChecksums.contains(frame.checksum()), "nobody has sent this frame");
                cursor.wrap(frame);
                int events = 0;
                while (cursor.next()) {
                    cursor.headers();
                    cursor.body();
                    events++;
                }
                check(events == frame.eventCount(), events + " events of " + frame.eventCount());
            } finally {
                frame.release();
                taken -= THREADS.getCurrentThreadAllocatedBytes() - before;
            }
        }

        private static void check(boolean holds, String otherwise) {
            if (!holds) {
                throw new AssertionError(otherwise);
            }
        }
    }
}
