package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.frame.Headers;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link SegmentAppender} does. Run against each of them, and against broken ones, which must fail. */
abstract class SegmentAppenderContract {
    private static final int SEGMENT_BYTES = 5 * 512 * 1024;
    private static final int TAG = 0x1234_5678;
    private static final int MAX_FRAME = 2 * 1024 * 1024;

    private final LogFixture fixture = new LogFixture(5);
    private final Random random = new Random(5);
    private final List<Frame> kept = new ArrayList<>();
    private final SimulatedDisk storage = new SimulatedDisk();
    private final Path path = Path.of("log").resolve(Segment.nameOf(1));
    private final WatchedWrites writes;
    private final Segment segment;
    private WatchedWrites writesThrough;
    private final ByteBuffer expected = ByteBuffer.allocate(SEGMENT_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private long sequence = 100;

    SegmentAppenderContract() {
        try {
            storage.createFolders(path.getParent());
            StorageFile file = storage.open(path, Storage.OpenMode.CREATE);
            // What an earlier life of the file left.
            byte[] old = new byte[SEGMENT_BYTES];
            random.nextBytes(old);
            file.write(ByteBuffer.wrap(old), 0);
            file.sync();
            storage.syncFolder(path.getParent());
            expected.put(old).position(SegmentHeader.LENGTH);
            SegmentHeader header =
                    new SegmentHeader(SegmentHeader.VERSION, TAG, new StreamId(1, 2), 1, SEGMENT_BYTES, null);
            writes = new WatchedWrites(file);
            segment = new Segment(path, writes.watched(), header);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    abstract SegmentAppender create();

    /** Whether PAD frames fill the blocks that groups end in. */
    boolean pads() {
        return false;
    }

    /** The file, to be written around the page cache. */
    StorageFile through(Path path) throws IOException {
        assertThat(path).isEqualTo(segment.path());
        writesThrough = new WatchedWrites(storage.open(path, throughMode()));
        return writesThrough.watched();
    }

    Storage.OpenMode throughMode() {
        return Storage.OpenMode.THROUGH;
    }

    private void begin(SegmentAppender appender, long offset) throws IOException {
        appender.begin(segment, offset);
        pad(0, 0);
    }

    private void write(SegmentAppender appender) throws IOException {
        appender.write();
        pad(sequence, sequence / 2);
    }

    private void pad(long padSequence, long durable) {
        int at = expected.position();
        int length = pads() ? Padding.lengthAt(at, SEGMENT_BYTES) : 0;
        if (length > 0) {
            new Padding().write(expected, at, length, TAG, padSequence, durable);
            expected.position(at + length);
        }
    }

    @Test
    void shouldLeaveExactlyTheBytesOfTheFormat() throws IOException {
        try (SegmentAppender appender = create()) {
            begin(appender, SegmentHeader.LENGTH);
            for (int bytes : new int[] {0, 1, 7, 8, 9, 15, 16, 200, 31_000, 40_000, 192 * 1024, 3, 300_000}) {
                stage(appender, bytes);
            }
            write(appender);
            assertThat(appender.position()).isEqualTo(expected.position());
        }
        assertContent(content());
    }

    @Test
    void shouldWriteFramesThatAScannerAccepts() throws IOException {
        try (SegmentAppender appender = create()) {
            begin(appender, SegmentHeader.LENGTH);
            for (int i = 0; i < 300; i++) {
                stage(appender, random.nextInt(i % 20 == 0 ? 60_000 : 500));
            }
            write(appender);
            try (SegmentScanner scanner = new SegmentScanner(ByteBufAllocator.DEFAULT, MAX_FRAME)) {
                scanner.position(segment, SegmentHeader.LENGTH);
                for (long wanted = 101; wanted <= 400; wanted++) {
                    Frame frame = scanner.next(appender.position(), wanted - 1);
                    assertThat(frame).as(scanner.fault()).isNotNull();
                    assertThat(scanner.hop().sequence()).isEqualTo(wanted);
                    assertThat(scanner.hop().inputNumber()).isEqualTo((int) wanted * 3);
                    assertThat(scanner.hop().inputPosition()).isEqualTo(wanted * 7);
                    assertThat(scanner.hop().durable()).isEqualTo(wanted / 2);
                    frame.release();
                }
            }
        }
    }

    @Test
    void shouldGoOnWhereItIsTold() throws IOException {
        try (SegmentAppender appender = create()) {
            expected.position(SegmentHeader.LENGTH + 70_016);
            begin(appender, SegmentHeader.LENGTH + 70_016);
            stage(appender, 500);
            write(appender);
        }
        assertContent(content());
    }

    @Test
    void shouldNotTouchWhatIsStagedAfterWriting() throws IOException {
        try (SegmentAppender appender = create()) {
            begin(appender, SegmentHeader.LENGTH);
            for (int group = 0; group < 20; group++) {
                stage(appender, 1000 + group);
                stage(appender, 50_000 + group);
                assertThat(appender.stagedBytes()).isGreaterThan(51_000);
                write(appender);
                assertThat(appender.stagedBytes()).isZero();
                assertContent(content());
            }
        }
    }

    @Test
    void shouldHaveMadeDurableWhatItSynced() throws IOException {
        try (SegmentAppender appender = create()) {
            begin(appender, SegmentHeader.LENGTH);
            for (int group = 0; group < 20; group++) {
                int frames = 1 + random.nextInt(5);
                for (int i = 0; i < frames; i++) {
                    stage(appender, random.nextInt(50_000));
                }
                write(appender);
                if (random.nextBoolean()) {
                    appender.sync();
                    assertContent(durable());
                }
            }
        }
    }

    @Test
    void shouldSyncTheHeaderThatWasWrittenBeforeItBegan() throws IOException {
        try (SegmentAppender appender = create()) {
            segment.begin(new SegmentHeader.Link(101, 0, 0, 0));
            begin(appender, SegmentHeader.LENGTH);
            stage(appender, 10);
            write(appender);
            appender.sync();
        }
        assertThat(Arrays.copyOf(durable(), SegmentHeader.LENGTH))
                .isEqualTo(Arrays.copyOf(content(), SegmentHeader.LENGTH));
    }

    @Test
    void shouldWriteAFrameThatIsLargerThanAGroupByItself() throws IOException {
        try (SegmentAppender appender = create()) {
            begin(appender, SegmentHeader.LENGTH);
            stage(appender, 10);
            Frame large = fixture.frame(SegmentAppender.GROUP_BYTES + 12_345);
            assertThat(appender.accepts(large)).isFalse();
            write(appender);
            assertThat(appender.accepts(large)).isTrue();
            stage(appender, large);
            write(appender);
            appender.sync();
        }
        assertContent(durable());
    }

    @Test
    void shouldTakeAMebibyteOrAThousandBuffersIntoAGroup() throws IOException {
        try (SegmentAppender appender = create()) {
            begin(appender, SegmentHeader.LENGTH);
            Frame frame = fixture.frame(100_000);
            int taken = 0;
            while (appender.accepts(frame)) {
                stage(appender, frame.retain());
                taken++;
            }
            frame.release();
            assertThat(taken).isEqualTo(10);
            write(appender);
        }
        assertContent(content());
        assertThat(writes.writes()).isLessThanOrEqualTo(1);
    }

    @Test
    void shouldHoldAFrameForAsLongAsItsBytesAreNeeded() throws IOException {
        try (SegmentAppender appender = create()) {
            begin(appender, SegmentHeader.LENGTH);
            for (int i = 0; i < 10; i++) {
                stage(appender, i * 10_000);
            }
            write(appender);
            for (Frame frame : kept) {
                assertThat(frame.references()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldGiveStagedFramesBackWhenItIsClosed() throws IOException {
        try (SegmentAppender appender = create()) {
            begin(appender, SegmentHeader.LENGTH);
            for (int i = 0; i < 10; i++) {
                stage(appender, i * 10_000);
            }
        }
        for (Frame frame : kept) {
            assertThat(frame.references()).isEqualTo(1);
        }
    }

    @Test
    void shouldNeverWriteABlockTwiceWhereItPads() throws IOException {
        try (SegmentAppender appender = create()) {
            begin(appender, SegmentHeader.LENGTH);
            for (int group = 0; group < 20; group++) {
                stage(appender, random.nextInt(5_000));
                write(appender);
                appender.sync();
            }
        }
        if (pads()) {
            assertThat(writesThrough).as("around the page cache").isNotNull();
            assertThat(writesThrough.blocks().values()).isNotEmpty().allMatch(times -> times == 1);
        }
    }

    private byte[] content() throws IOException {
        return DiskContent.read(storage, path);
    }

    /** What would survive a power cut now, at least. */
    private byte[] durable() throws IOException {
        return DiskContent.read(storage.durableCopy(0), path);
    }

    private void stage(SegmentAppender appender, int bytes) throws IOException {
        byte[] body = new byte[bytes];
        random.nextBytes(body);
        fixture.builder.begin(Headers.EMPTY);
        fixture.builder.add(body);
        Frame frame = fixture.builder.build(fixture.producer, bytes);
        if (!appender.accepts(frame)) {
            write(appender);
        }
        stage(appender, frame);
    }

    private void stage(SegmentAppender appender, Frame frame) throws IOException {
        sequence++;
        appender.stage(sequence, sequence / 2, (int) sequence * 3, sequence * 7, frame);
        int at = expected.position();
        new HopHeader()
                .write(expected, at, frame.length(), TAG, sequence, sequence / 2, (int) sequence * 3, sequence * 7);
        expected.position(at + 40);
        expected.put(frame.nioBuffer());
        while (expected.position() % 16 != 0) {
            expected.put((byte) 0);
        }
        kept.add(frame);
    }

    /** Up to the end of the page that the last frame stands in, where zeros may follow it. */
    private void assertContent(byte[] found) {
        int end = expected.position();
        int page = (end + 4095) & -4096;
        assertThat(Arrays.mismatch(
                        Arrays.copyOfRange(found, SegmentHeader.LENGTH, end),
                        Arrays.copyOfRange(expected.array(), SegmentHeader.LENGTH, end)))
                .as("first byte that differs, of " + (end - SegmentHeader.LENGTH) + " written")
                .isEqualTo(-1);
        assertThat(Arrays.mismatch(
                        Arrays.copyOfRange(found, page, found.length),
                        Arrays.copyOfRange(expected.array(), page, found.length)))
                .as("first byte that differs after the last page")
                .isEqualTo(-1);
    }
}
