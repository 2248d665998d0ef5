package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Blocks that hold what was acknowledged are left alone, and readers pass over what fills them. */
class DirectAppenderTest {
    private static final int SEGMENT_BYTES = 256 * 1024;
    private static final int MAX_FRAME = 64 * 1024;
    private static final int TAG = 77;

    private final LogFixture fixture = new LogFixture(3);
    private final SimulatedDisk storage = new SimulatedDisk();
    private final Path path = Path.of("log", Segment.nameOf(1));
    private final StorageFile file;
    private WatchedWrites through;
    private final Segment segment;
    private final DirectAppender appender;

    private long sequence;

    DirectAppenderTest() throws IOException {
        storage.createFolders(path.getParent());
        file = storage.open(path, Storage.OpenMode.CREATE);
        file.write(ByteBuffer.allocate(SEGMENT_BYTES), 0);
        file.sync();
        storage.syncFolder(path.getParent());
        segment = new Segment(
                path, file, new SegmentHeader(SegmentHeader.VERSION, TAG, new StreamId(1, 2), 1, SEGMENT_BYTES, null));
        appender = new DirectAppender(this::openThrough, SegmentAppender.GROUP_BYTES);
        appender.begin(segment, SegmentHeader.LENGTH);
    }

    @Test
    void shouldNeverWriteABlockTwice() throws IOException {
        Random random = new Random(1);
        for (int group = 0; group < 30; group++) {
            stage(1 + random.nextInt(3_000));
            stage(1 + random.nextInt(3_000));
            appender.write();
            appender.sync();
        }
        assertThat(through.blocks().values()).isNotEmpty().allMatch(times -> times == 1);
    }

    @Test
    void shouldFillTheRestOfABlockWhateverItsLength() throws IOException {
        for (int rest = 0; rest < Storage.BLOCK; rest += 16) {
            long end = Storage.BLOCK * 9L - rest;
            int length = Padding.lengthAt(end, Storage.BLOCK * 20L);
            assertThat((end + length) % Storage.BLOCK)
                    .as("end of padding behind " + end)
                    .isZero();
            assertThat(length).isNotIn(16, 32, 48, 64);
            int atTheEnd = Padding.lengthAt(end, Storage.BLOCK * 9L);
            assertThat(atTheEnd).isEqualTo(rest < 80 ? 0 : rest);
        }
    }

    @Test
    void shouldLetTheScannerPassPadding() throws IOException {
        for (int bytes = 3_800; bytes < 4_100; bytes += 16) {
            stage(bytes);
            appender.write();
        }
        try (SegmentScanner scanner = new SegmentScanner(ByteBufAllocator.DEFAULT, MAX_FRAME)) {
            scanner.position(segment, SegmentHeader.LENGTH);
            for (long wanted = 1; wanted <= sequence; wanted++) {
                Frame frame = scanner.next(appender.position(), wanted - 1);
                assertThat(frame).as(scanner.fault()).isNotNull();
                assertThat(scanner.hop().sequence()).isEqualTo(wanted);
                frame.release();
            }
            assertThat(scanner.next(appender.position(), sequence)).isNull();
            assertThat(scanner.frameOffset()).isEqualTo(appender.position());
        }
    }

    @Test
    void shouldNotPassDamagedPadding() throws IOException {
        stage(100);
        appender.write();
        stage(100);
        appender.write();
        int inPadding = SegmentHeader.LENGTH + Storage.BLOCK - 5;
        assertThat(DiskContent.read(storage, path)[inPadding]).isZero();
        file.write(ByteBuffer.wrap(new byte[] {1}), inPadding);
        try (SegmentScanner scanner = new SegmentScanner(ByteBufAllocator.DEFAULT, MAX_FRAME)) {
            scanner.position(segment, SegmentHeader.LENGTH);
            scanner.next(appender.position(), 0).release();
            assertThat(scanner.next(appender.position(), 1)).isNull();
            assertThat(scanner.fault()).contains("checksum of padding");
        }
    }

    @Test
    void shouldUseASegmentToItsEnd() throws IOException {
        stage(200_000);
        appender.write();
        long start = appender.position();
        // 48 bytes are left, too few for the header of padding.
        stage((int) (SEGMENT_BYTES - start - 80 - 8 - 48));
        appender.write();
        assertThat(appender.position()).isEqualTo(SEGMENT_BYTES - 48);
        assertThat(Arrays.copyOfRange(
                        DiskContent.read(storage.durableCopy(0), path), SEGMENT_BYTES - 48, SEGMENT_BYTES))
                .containsOnly(0);
        assertThat(DiskContent.read(storage.durableCopy(0), path)).isEqualTo(DiskContent.read(storage, path));
    }

    @Test
    void shouldGoOnBehindAnAppenderThatEndedWithinABlock() throws IOException {
        try (PositionalAppender before = new PositionalAppender()) {
            before.begin(segment, SegmentHeader.LENGTH);
            Frame frame = fixture.frame(500);
            before.stage(++sequence, 0, 0, 0, frame);
            before.write();
            frame.release();
            segment.written(before.position(), sequence);
        }
        appender.begin(segment, segment.writtenOffset());
        stage(500);
        appender.write();
        appender.sync();
        assertThat(DiskContent.read(storage.durableCopy(0), path)).isEqualTo(DiskContent.read(storage, path));
        try (SegmentScanner scanner = new SegmentScanner(ByteBufAllocator.DEFAULT, MAX_FRAME)) {
            scanner.position(segment, SegmentHeader.LENGTH);
            scanner.next(appender.position(), 0).release();
            Frame second = scanner.next(appender.position(), 1);
            assertThat(second).as(scanner.fault()).isNotNull();
            second.release();
        }
    }

    private StorageFile openThrough(Path opened) throws IOException {
        through = new WatchedWrites(storage.open(opened, Storage.OpenMode.THROUGH));
        return through.watched();
    }

    private void stage(int bytes) throws IOException {
        Frame frame = fixture.frame(bytes);
        assertThat(appender.accepts(frame)).isTrue();
        appender.stage(++sequence, 0, 0, 0, frame);
        frame.release();
    }
}
