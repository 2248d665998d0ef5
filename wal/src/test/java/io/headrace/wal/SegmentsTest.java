package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How segments come, go and come back. */
@ParameterizedClass
@EnumSource
class SegmentsTest {
    private static final Path FOLDER = Path.of("log");

    private final SimulatedDisk storage = new SimulatedDisk();
    private final LogFixture fixture = new LogFixture(3);
    private final LogSettings.Appender appender;
    private LogSettings settings;
    private WriteAheadLog log;
    private long sequence = 1;

    SegmentsTest(LogSettings.Appender appender) {
        this.appender = appender;
        this.settings = LogFixture.settings(FOLDER, appender);
    }

    @AfterEach
    void close() throws IOException {
        if (log != null) {
            log.close();
        }
    }

    private void open() throws IOException {
        log = WriteAheadLog.open(settings, storage, fixture.clocks);
    }

    private void fill(int segments) throws IOException {
        for (int i = 0; i < segments * 8; i++) {
            fixture.append(log, sequence, fixture.frame(30_000));
            log.write();
            sequence++;
        }
        log.sync();
    }

    private void commitAll() throws IOException {
        log.state().committed().advanceTo(sequence - 1);
        log.checkpoint();
        log.checkpoint();
    }

    private void prepareAll() {
        for (int i = 0; i < 200; i++) {
            fixture.nanos.addAndGet(10_000_000);
            log.preparer().doWork();
        }
    }

    private List<String> segments() throws IOException {
        return storage.list(FOLDER).stream()
                .filter(name -> Segment.indexOf(name) >= 0)
                .toList();
    }

    @Test
    void shouldKeepSegmentsReadyAheadAndNeverSparse() throws IOException {
        open();
        prepareAll();
        assertThat(segments()).hasSize(1 + SegmentPreparer.READY - 1);
        for (String name : segments()) {
            assertThat(storage.open(FOLDER.resolve(name), Storage.OpenMode.READ).size())
                    .isEqualTo(LogFixture.SMALL_SEGMENT);
        }
        assertThat(log.preparer().doWork()).as("idle").isZero();
        assertThat(log.preparer().nanosToNextWork()).as("idle until asked").isEqualTo(-1);
    }

    @Test
    void shouldRecycleReleasedSegmentsWithANewTag() throws IOException {
        open();
        fill(4);
        Map<String, Integer> tags = tags();
        commitAll();
        prepareAll();
        fill(4);
        prepareAll();
        Map<String, Integer> later = tags();
        assertThat(later.keySet()).doesNotContainAnyElementsOf(List.of(Segment.nameOf(1), Segment.nameOf(2)));
        assertThat(later.values()).as("never 0, never again").doesNotContain(0).doesNotHaveDuplicates();
        assertThat(later.entrySet().stream()
                        .filter(entry -> !tags.containsKey(entry.getKey()))
                        .map(Map.Entry::getValue))
                .doesNotContainAnyElementsOf(tags.values());
        // Nothing new is filled while there is something to recycle.
        assertThat(log.counters().segments()).isGreaterThan(segments().size() - 1L);
        assertThat(LogFixture.readAll(log, 33)).hasSize(32);
    }

    private Map<String, Integer> tags() throws IOException {
        Map<String, Integer> tags = new HashMap<>();
        for (String name : segments()) {
            Path path = FOLDER.resolve(name);
            try (StorageFile file = storage.open(path, Storage.OpenMode.READ)) {
                tags.put(name, SegmentHeader.read(file, path).tag());
            }
        }
        return tags;
    }

    @Test
    void shouldRejectWhatAnEarlierLifeOfTheFileLeft() throws IOException {
        // A segment whose frames are of a later sequence, all sound, under another tag.
        open();
        sequence = 5000;
        fill(1);
        Path path = FOLDER.resolve(segments().get(0));
        ByteBuffer content = ByteBuffer.allocate((int) LogFixture.SMALL_SEGMENT);
        try (StorageFile file = storage.open(path, Storage.OpenMode.WRITE)) {
            file.read(content, 0);
            SegmentHeader header = SegmentHeader.read(file, path);
            Segment before = new Segment(path, file, header);
            Segment after = new Segment(
                    path,
                    file,
                    new SegmentHeader(
                            1, header.tag() + 1, header.streamId(), header.index(), header.size(), header.link()));
            try (SegmentScanner scanner = new SegmentScanner(ByteBufAllocator.DEFAULT, LogFixture.SMALL_FRAME)) {
                scanner.position(before, SegmentHeader.LENGTH);
                assertThat(scanner.skip(header.size(), 0)).isTrue();
                scanner.position(after, SegmentHeader.LENGTH);
                assertThat(scanner.skip(header.size(), 0)).isFalse();
                assertThat(scanner.fault()).startsWith("tag: ");
            }
        }
    }

    @Test
    void shouldNotReleaseWhatAReaderStandsIn_R17() throws IOException {
        open();
        fill(3);
        LogReader reader = log.newReader();
        reader.seek(1);
        reader.next().release();
        for (int i = 0; i < 3; i++) {
            fill(3);
            commitAll();
            prepareAll();
        }
        assertThat(segments()).contains(Segment.nameOf(1)).doesNotContain(Segment.nameOf(3));
        for (long expected = 2; expected <= 6; expected++) {
            Frame frame = reader.next();
            assertThat(reader.sequence()).isEqualTo(expected);
            assertThat(frame.length()).isGreaterThan(30_000);
            frame.release();
        }
        // The rest of its segment, then on in the one that is still there.
        long last = 6;
        for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
            assertThat(reader.sequence()).isGreaterThan(last);
            last = reader.sequence();
            frame.release();
        }
        assertThat(last).isEqualTo(sequence - 1);
        reader.close();
        fill(3);
        commitAll();
        fill(3);
        assertThat(segments()).doesNotContain(Segment.nameOf(1));
    }

    @Test
    void shouldKeepSegmentsThatTheOlderSlotLeadsTo() throws IOException {
        open();
        fill(4);
        log.checkpoint();
        log.state().committed().advanceTo(sequence - 1);
        log.checkpoint();
        fill(4);
        // The older slot still says that nothing is committed.
        assertThat(segments()).contains(Segment.nameOf(1));
        log.checkpoint();
        log.write();
        fill(4);
        assertThat(segments()).doesNotContain(Segment.nameOf(1));
    }

    @Test
    void shouldShortenSurplusInStepsBeforeItIsRemoved() throws IOException {
        settings = new LogSettings(List.of(FOLDER), FOLDER, 12L * 1024 * 1024, LogFixture.SMALL_FRAME, appender, 0);
        open();
        while (log.backlogBytes() < 100L * 1024 * 1024) {
            fixture.append(log, sequence++, fixture.frame(60_000));
        }
        log.sync();
        int most = segments().size();
        commitAll();
        boolean shortened = false;
        for (int i = 0; i < 400; i++) {
            fixture.nanos.addAndGet(10_000_000);
            log.preparer().doWork();
            for (String name : segments()) {
                long size = storage.open(FOLDER.resolve(name), Storage.OpenMode.READ)
                        .size();
                shortened |= size == 8L * 1024 * 1024 || size == 4L * 1024 * 1024 && Segment.indexOf(name) > 1;
            }
        }
        assertThat(shortened).isTrue();
        assertThat(segments().size())
                .isLessThan(most)
                .isLessThanOrEqualTo(2 + SegmentPreparer.READY + SpareSegments.KEPT);
    }

    @Test
    void shouldWaitForRoomOnAFullDiskUntilItEndsByItself() throws IOException {
        open();
        prepareAll();
        storage.capacity(3 * LogFixture.SMALL_SEGMENT);
        Frame frame = fixture.frame(30_000);
        while (log.append(sequence, 0, 0, frame)) {
            log.write();
            sequence++;
            fixture.nanos.addAndGet(100_000_000);
            log.preparer().doWork();
        }
        log.sync();
        for (int i = 0; i < 20; i++) {
            fixture.nanos.addAndGet(100_000_000);
            log.preparer().doWork();
            assertThat(log.append(sequence, 0, 0, frame)).isFalse();
        }
        assertThat(log.preparer().waitingFor()).contains("log");
        assertThat(storage.list(FOLDER)).noneMatch(SegmentFilling::isUnfinished);
        commitAll();
        for (int i = 0; i < 20 && !log.append(sequence, 0, 0, frame); i++) {
            fixture.nanos.addAndGet(100_000_000);
            log.preparer().doWork();
        }
        log.sync();
        assertThat(log.durable()).isEqualTo(sequence);
        assertThat(log.preparer().waitingFor()).isNull();
        frame.release();
    }

    @Test
    void shouldLeaveTheReserveAlone() throws IOException {
        open();
        log.close();
        storage.capacity(100 * LogFixture.SMALL_SEGMENT);
        long reserve = storage.usableSpace(FOLDER) - LogFixture.SMALL_SEGMENT / 2;
        settings = new LogSettings(
                List.of(FOLDER), FOLDER, LogFixture.SMALL_SEGMENT, LogFixture.SMALL_FRAME, appender, reserve);
        open();
        prepareAll();
        assertThat(segments()).hasSize(1);
        assertThat(log.preparer().waitingFor()).contains("reserve");
        storage.capacity(102 * LogFixture.SMALL_SEGMENT);
        prepareAll();
        assertThat(segments()).hasSize(2);
    }

    @Test
    void shouldLeaveTheReserveAloneFromTheFirstSegmentOn() throws IOException {
        storage.capacity(100 * LogFixture.SMALL_SEGMENT);
        long reserve = 100 * LogFixture.SMALL_SEGMENT - LogFixture.SMALL_SEGMENT / 2;
        settings = new LogSettings(
                List.of(FOLDER), FOLDER, LogFixture.SMALL_SEGMENT, LogFixture.SMALL_FRAME, appender, reserve);
        open();
        prepareAll();
        assertThat(segments()).isEmpty();
        Frame frame = fixture.frame(100);
        assertThat(log.append(1, 0, 0, frame)).isFalse();
        assertThat(log.preparer().waitingFor()).contains("reserve");
        storage.capacity(200 * LogFixture.SMALL_SEGMENT);
        fixture.append(log, 1, frame);
        log.sync();
        assertThat(log.durable()).isEqualTo(1);
        assertThat(log.preparer().waitingFor()).isNull();
    }

    @Test
    void shouldTakeDataFoldersInTurn() throws IOException {
        Path second = Path.of("second");
        settings = new LogSettings(
                List.of(FOLDER, second), FOLDER, LogFixture.SMALL_SEGMENT, LogFixture.SMALL_FRAME, appender, 0);
        open();
        fill(6);
        assertThat(storage.list(FOLDER).stream()
                        .filter(name -> Segment.indexOf(name) >= 0)
                        .count())
                .isGreaterThanOrEqualTo(3);
        assertThat(storage.list(second).stream()
                        .filter(name -> Segment.indexOf(name) >= 0)
                        .count())
                .isGreaterThanOrEqualTo(3);
        storage.kill();
        storage.revive();
        log.close();
        open();
        assertThat(LogFixture.readAll(log, 1)).hasSize(48);
    }

    @Test
    void shouldShowReadersNothingThatIsOnlyStaged() throws IOException {
        open();
        try (LogReader reader = log.newReader()) {
            reader.seek(1);
            assertThat(reader.next()).isNull();
            for (int i = 1; i <= 3; i++) {
                fixture.append(log, i, fixture.frame("frame " + i));
                assertThat(reader.next()).as("staged only").isNull();
                log.write();
                Frame frame = reader.next();
                assertThat(LogFixture.text(frame)).isEqualTo("frame " + i);
                assertThat(frame.references()).isEqualTo(1);
                assertThat(frame.pinnedBytes()).isGreaterThanOrEqualTo(frame.length() - 40);
                frame.release();
            }
        }
    }

    @Test
    void shouldReadFramesOfAnySizeWhileEarlierOnesAreHeld() throws IOException {
        settings = new LogSettings(List.of(FOLDER), FOLDER, 8L * 1024 * 1024, 2 * 1024 * 1024, appender, 0);
        open();
        int[] sizes = {10, 100_000, 200_000, 1_500_000, 1, 65_000, 250_000, 262_144, 3, 300_000};
        for (int i = 0; i < 3 * sizes.length; i++) {
            fixture.append(log, sequence++, fixture.frame(sizes[i % sizes.length]));
        }
        log.write();
        List<Frame> held = new java.util.ArrayList<>();
        try (LogReader reader = log.newReader()) {
            reader.seek(4);
            for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                held.add(frame);
            }
        }
        assertThat(held).hasSize(27);
        for (int i = 0; i < held.size(); i++) {
            Frame frame = held.get(i);
            assertThat(LogFixture.text(frame))
                    .hasSize(sizes[(i + 3) % sizes.length])
                    .matches("\0*");
            frame.release();
        }
    }

    @Test
    void shouldKnowTheFormatOfItsHeader() {
        SegmentHeader header = new SegmentHeader(1, 0x01020304, new StreamId(5, 6), 7, 4096, null);
        ByteBuffer bytes = header.encode();
        assertThat(bytes.remaining()).isEqualTo(SegmentHeader.LENGTH);
        byte[] start = new byte[64];
        bytes.get(0, start);
        assertThat(java.util.HexFormat.of().formatHex(start))
                .isEqualTo("4845414452414345" + "01000000" + "04030201" + "0500000000000000" + "0600000000000000"
                        + "0700000000000000" + "0010000000000000" + "000000000000000000000000" + "d602ba58");
    }
}
