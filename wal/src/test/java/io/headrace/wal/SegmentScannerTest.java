package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of the scanner's buffers while frames look at them. */
class SegmentScannerTest {
    private static final int SEGMENT_BYTES = 32 * 1024 * 1024;
    private static final int MAX_FRAME = 2 * 1024 * 1024;

    private final Random random = new Random(11);
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final List<Held> held = new ArrayList<>();
    private final Segment segment;
    private final PositionalAppender appender = new PositionalAppender();
    private final FrameBuilder builder = new FrameBuilder(UnpooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
    private final Producer producer = new Producer(9);
    private long sequence;

    /** A frame that was handed out and the content it must keep. */
    private record Held(Frame frame, long number, int checksum, byte[] content) {
        static Held of(Frame frame) {
            return new Held(frame, frame.firstEventNumber(), frame.checksum(), content(frame));
        }

        static byte[] content(Frame frame) {
            byte[] bytes = new byte[frame.buffer().capacity()];
            frame.buffer().getBytes(0, bytes);
            return bytes;
        }

        void release() {
            assertThat(frame.firstEventNumber()).isEqualTo(number);
            assertThat(content(frame)).isEqualTo(content);
            frame.release();
        }
    }

    SegmentScannerTest() throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        Path folder = Path.of("log");
        storage.createFolders(folder);
        Path path = folder.resolve(Segment.nameOf(1));
        SegmentHeader header = new SegmentHeader(SegmentHeader.VERSION, 77, new StreamId(1, 2), 1, SEGMENT_BYTES, null);
        segment = new Segment(path, storage.open(path, Storage.OpenMode.CREATE), header);
        appender.begin(segment, SegmentHeader.LENGTH);
    }

    @AfterEach
    void close() {
        appender.close();
        builder.close();
    }

    @Test
    void shouldKeepWhatFramesLookAtWhileItReadsOn() throws IOException {
        List<Long> ends = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            append(random.nextInt(
                    random.nextInt(30) == 0 ? 900_000 : random.nextInt(4) == 0 ? 120_000 : random.nextInt(50) + 1));
            ends.add(appender.position());
        }
        try (SegmentScanner scanner = new SegmentScanner(allocator, MAX_FRAME)) {
            scanner.position(segment, SegmentHeader.LENGTH);
            int visible = 0;
            for (int i = 0; i < 400; i++) {
                if (i == visible) {
                    visible = Math.min(400, visible + 1 + random.nextInt(random.nextBoolean() ? 3 : 60));
                }
                Frame frame = scanner.next(ends.get(visible - 1), i);
                assertThat(frame).as(scanner.fault()).isNotNull();
                assertThat(scanner.offset()).isEqualTo(ends.get(i));
                held.add(Held.of(frame));
                while (held.size() > 40 || !held.isEmpty() && random.nextInt(3) == 0) {
                    held.remove(random.nextInt(held.size())).release();
                }
                if (random.nextInt(40) == 0) {
                    scanner.releaseBuffers();
                }
            }
        }
        held.forEach(Held::release);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void shouldFillTheSameBuffersAgainWhenFramesComeBackSoon() throws IOException {
        for (int i = 0; i < 200; i++) {
            append(100_000);
        }
        try (SegmentScanner scanner = new SegmentScanner(allocator, MAX_FRAME)) {
            scanner.position(segment, SegmentHeader.LENGTH);
            for (int i = 0; i < 200; i++) {
                held.add(Held.of(scanner.next(appender.position(), i)));
                if (held.size() > 8) {
                    held.remove(0).release();
                }
            }
            assertThat(allocator.metric().usedDirectMemory()).isLessThanOrEqualTo(4L * SegmentScanner.READ_BYTES);
            held.forEach(Held::release);
            scanner.releaseBuffers();
            assertThat(allocator.metric().usedDirectMemory()).isZero();
        }
    }

    @Test
    void shouldNotTakeABufferForEachFrameWhereItFollowsTheWriter() throws IOException {
        try (SegmentScanner scanner = new SegmentScanner(allocator, MAX_FRAME)) {
            scanner.position(segment, SegmentHeader.LENGTH);
            for (int i = 0; i < 1_000; i++) {
                append(100);
                held.add(Held.of(scanner.next(appender.position(), i)));
            }
            assertThat(allocator.metric().usedDirectMemory()).isEqualTo(SegmentScanner.READ_BYTES);
            held.forEach(Held::release);
        }
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void shouldTakeNoMoreThanFramesNeedWhenNoneComeBack() throws IOException {
        for (int i = 0; i < 250; i++) {
            append(100_000);
        }
        try (SegmentScanner scanner = new SegmentScanner(allocator, MAX_FRAME)) {
            scanner.position(segment, SegmentHeader.LENGTH);
            for (int i = 0; i < 250; i++) {
                held.add(Held.of(scanner.next(appender.position(), i)));
            }
            long read = scanner.offset() - SegmentHeader.LENGTH;
            assertThat(allocator.metric().usedDirectMemory())
                    .isLessThan(read + read / 8 + ReadBuffers.KEPT * 100_000L + SegmentScanner.READ_BYTES);
            held.forEach(Held::release);
        }
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void append(int bytes) throws IOException {
        byte[] body = new byte[bytes];
        random.nextBytes(body);
        builder.begin(Headers.EMPTY);
        builder.add(body);
        Frame frame = builder.build(producer, 0);
        appender.stage(++sequence, 0, 0, 0, frame);
        appender.write();
        frame.release();
    }
}
