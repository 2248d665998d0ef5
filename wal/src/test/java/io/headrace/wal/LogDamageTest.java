package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage that hides more than itself, and numbers at their ends. What the fuzz test found stands here by name. */
class LogDamageTest {
    private static final Path FOLDER = Path.of("log");
    private static final LogSettings SETTINGS = LogFixture.settings(FOLDER, LogSettings.Appender.POSITIONAL);

    private FuzzDisk disk = new FuzzDisk();
    private final LogFixture fixture = new LogFixture(5);
    private WriteAheadLog log;

    @AfterEach
    void close() throws IOException {
        if (log != null) {
            log.close();
        }
        fixture.close();
    }

    /** What makes a segment unreachable. */
    enum Loss {
        LINK,
        HEADER,
        SHORTENED,
        REMOVED
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void shouldMissASegmentAboveTheCheckpointThatNothingLeadsTo(Loss loss) throws IOException {
        open();
        append(1, 5);
        log.sync();
        log.checkpoint();
        for (int sequence = 6; sequence <= 40; sequence++) {
            append(sequence, sequence);
            log.sync();
        }
        kill();
        SegmentHeader.Link third = header(3).link();
        long first = header(2).link().base();
        long last = third.previousLast();
        switch (loss) {
            case LINK -> flip(segment(2), SegmentHeader.LINK_OFFSET + 8);
            case HEADER -> flip(segment(2), 20);
            case SHORTENED -> disk.content(segment(2), Arrays.copyOf(disk.content(segment(2)), 50_000));
            default -> disk.remove(segment(2));
        }

        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining(Segment.nameOf(2))
                .hasMessageContaining("sequences above " + (first - 1) + " are missing")
                .hasMessageEndingWith("headrace wal repair log");
        if (loss != Loss.REMOVED) {
            assertThat(disk.exists(segment(2)))
                    .as("what could not be read was kept")
                    .isTrue();
        }
        disk = disk.fork();
        LogCheck check = LogCheck.run(disk, place(), (bytes, of) -> {});
        List<Long> lost = new ArrayList<>();
        check.lost().forEach(range -> lost.addAll(range(range.first(), range.last())));
        assertThat(check.isSound()).isFalse();
        assertThat(range(first, last)).containsAll(lost);
        LogRepair.apply(disk, place(), fixture.clocks, "t");
        open();
        List<Long> expected = range(1, 40);
        expected.removeAll(lost);
        assertThat(LogFixture.readAll(log, 1))
                .hasSize(expected.size())
                .last()
                .asString()
                .startsWith("40:40");
    }

    @Test
    void shouldMissAYoungLogsOnlySegmentWhenItsLinkIsDamaged() throws IOException {
        open();
        append(1, 5);
        log.sync();
        append(6, 8);
        kill();
        flip(segment(1), SegmentHeader.LINK_OFFSET);
        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining(segment(1) + ": nothing leads to it, its header is damaged")
                .hasMessageContaining("durable sequence 5");
    }

    /** The only frame that says what was durable stands where the search goes on in another buffer. */
    @ParameterizedTest
    @ValueSource(ints = {16, 32, 48})
    void shouldFindALaterFrameWhereverTheSearchReadsOn(int before) throws IOException {
        int buffer = 256 * 1024;
        log = WriteAheadLog.open(
                new LogSettings(
                        List.of(FOLDER),
                        FOLDER,
                        4L * buffer,
                        LogFixture.SMALL_FRAME,
                        LogSettings.Appender.POSITIONAL,
                        0),
                disk,
                fixture.clocks);
        append(1, 5);
        log.sync();
        log.checkpoint();
        int sixth = disk.content(segment(1)).length - 4 * buffer + (int) log.backlogBytes() + SegmentHeader.LENGTH;
        long apart = 0;
        for (int sequence = 6; sequence <= 9; sequence++) {
            int length = sequence < 9 ? LogFixture.SMALL_FRAME : (int) (buffer - before - apart);
            Frame frame = frameOf(length);
            apart += frame.alignedLength();
            fixture.append(log, sequence, frame);
        }
        log.sync();
        assertThat(log.durable()).isEqualTo(9);
        append(10, 10);
        kill();
        assertThat(apart).isEqualTo(buffer - before);
        flip(segment(1), sixth + FrameLayout.HEADER_LENGTH);
        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining("durable sequence 9");
    }

    /** Of so many bytes in the log. */
    private Frame frameOf(int length) {
        Frame small = fixture.frame(1_000);
        int more = small.length() - 1_000;
        small.release();
        return fixture.frame(length - more);
    }

    /** Two faults of one file, next to each other: the first frame was what showed that the file was written at all. */
    @Test
    void shouldMissASegmentWhoseHeaderAndFirstFrameAreDamaged() throws IOException {
        open();
        append(1, 5);
        log.sync();
        log.checkpoint();
        for (int sequence = 6; sequence <= 40; sequence++) {
            append(sequence, sequence);
            log.sync();
        }
        kill();
        long first = header(4).link().base();
        flip(segment(4), 20);
        flip(segment(4), SegmentHeader.LENGTH + 1);
        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining("sequences above " + (first - 1) + " are missing");
        disk = disk.fork();
        LogCheck check = LogCheck.run(disk, place(), (bytes, of) -> {});
        assertThat(check.isSound()).isFalse();
        assertThat(check.lost().get(0).first()).isEqualTo(first);
    }

    /** How a frame is damaged. */
    enum Hit {
        LENGTH(0),
        CONTENT(FrameLayout.HEADER_LENGTH + 1);

        private final int at;

        Hit(int at) {
            this.at = at;
        }
    }

    static Stream<Arguments> beforeAGap() {
        return Stream.of(Hit.values()).flatMap(hit -> Stream.of(5L, 16L, 24L)
                .flatMap(checkpoint -> Stream.of(List.of(13L), List.of(15L), List.of(24L), List.of(15L, 23L, 24L))
                        .map(damaged -> Arguments.of(hit, checkpoint, damaged))));
    }

    /** With the header of the next segment gone nobody says where the one before it ends. */
    @ParameterizedTest(name = "{0} of {2}, checkpoint at {1}")
    @MethodSource("beforeAGap")
    void shouldTellEveryFrameThatIsLostInASegmentBeforeAGap(Hit hit, long checkpoint, List<Long> damaged)
            throws IOException {
        open();
        for (int sequence = 1; sequence <= 40; sequence++) {
            append(sequence, sequence);
            log.sync();
            if (sequence == checkpoint) {
                log.checkpoint();
            }
        }
        kill();
        assertThat(header(2).link().base()).isEqualTo(13);
        assertThat(header(3).link().base()).isEqualTo(25);
        long first = header(4).link().base();
        Map<Long, Long> offsets = offsets();
        damaged.forEach(sequence -> flip(segment(2), Math.toIntExact(offsets.get(sequence)) + hit.at));
        flip(segment(3), 20);

        assertThatThrownBy(this::open).isInstanceOf(LogDamagedException.class);
        disk = disk.fork();
        List<LogDamage> damages = LogCheck.run(disk, place(), (bytes, of) -> {}).damages();
        LogRepair.Plan plan = LogRepair.apply(disk, place(), fixture.clocks, "t");
        assertThat(plan.damages()).isEqualTo(damages);
        assertThat(damages).first().satisfies(damage -> {
            assertThat(damage.kind()).isEqualTo(LogDamage.Kind.FRAMES);
            assertThat(damage.file()).isEqualTo(segment(2));
            assertThat(damage.offset()).isEqualTo(offsets.get(damaged.get(0)));
        });
        List<Long> lost = new ArrayList<>();
        plan.lost().forEach(range -> lost.addAll(range(range.first(), range.last())));
        List<Long> expected = new ArrayList<>(damaged);
        expected.addAll(range(25, first - 1));
        assertThat(lost).isEqualTo(expected);
        open();
        assertThat(sequences()).doesNotContainAnyElementsOf(lost).hasSize(40 - lost.size());
    }

    /** Of the only frame that says what was durable the end is missing, too. */
    @Test
    void shouldBelieveWhatIsLeftOfAFrameThatWasCutOff() throws IOException {
        open();
        for (int sequence = 1; sequence <= 30; sequence++) {
            append(sequence, sequence);
            log.sync();
            if (sequence == 5) {
                log.checkpoint();
            }
        }
        kill();
        assertThat(header(3).link().base()).isEqualTo(25);
        int twentieth = Math.toIntExact(offsets().get(20L));
        disk.content(segment(2), Arrays.copyOf(disk.content(segment(2)), twentieth + 2_000));
        disk.content(segment(3), Arrays.copyOf(disk.content(segment(3)), SegmentHeader.LENGTH + 2_000));
        assertThatThrownBy(this::open).isInstanceOf(LogDamagedException.class);
        disk = disk.fork();
        assertThat(LogCheck.run(disk, place(), (bytes, of) -> {}).lost())
                .containsExactly(new LogDamage.SequenceRange(20, 24));
        LogRepair.apply(disk, place(), fixture.clocks, "t");
        open();
        assertThat(sequences()).isEqualTo(range(1, 19));
    }

    /** Nothing is numbered like that; it must not get into a checkpoint. */
    @Test
    void shouldTakeALinkWithASequenceThatCannotBeForDamaged_R19() throws IOException {
        open();
        append(1, 5);
        log.sync();
        append(6, 8);
        kill();
        disk.remove(FOLDER.resolve("checkpoint-a"));
        disk.remove(FOLDER.resolve("checkpoint-b"));
        link(segment(1), 0, 0);
        assertThat(header(1).link()).isNull();
        link(segment(1), 0, 1);
        assertThat(header(1).link().base()).isEqualTo(1);
        link(segment(1), 24, -1);
        assertThat(header(1).link()).isNull();
    }

    /** Its checksum is right, as a faulty program would make it. */
    @Test
    void shouldTakeAnInputFrameThatSaysNothingForDamaged_R19() throws IOException {
        open();
        append(1, 2);
        fixture.append(log, 3, fixture.builder.buildControl(FrameType.INPUT, new byte[] {1, 0, 0, 0, 9, 0, 0}, 0));
        append(4, 5);
        log.sync();
        append(6, 6);
        kill();
        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining("INPUT frame")
                .hasMessageContaining("sequences above 2 are missing");
        disk = disk.fork();
        LogCheck check = LogCheck.run(disk, place(), (bytes, of) -> {});
        assertThat(check.lost()).containsExactly(new LogDamage.SequenceRange(3, 3));
        LogRepair.apply(disk, place(), fixture.clocks, "t");
        open();
        assertThat(LogFixture.readAll(log, 1)).hasSize(5);
    }

    @Test
    void shouldNotTakeALogForANewOneWhenSlotsAndLinksAreGone() throws IOException {
        open();
        append(1, 5);
        log.sync();
        kill();
        disk.remove(FOLDER.resolve("checkpoint-a"));
        disk.remove(FOLDER.resolve("checkpoint-b"));
        flip(segment(1), SegmentHeader.LINK_OFFSET);
        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining("segments without a checkpoint: 1");
    }

    @Test
    void shouldComeToAnEndInASegmentThatWasCutOff() throws IOException {
        open();
        append(1, 40);
        log.sync();
        log.checkpoint();
        kill();
        disk.limitReading(100_000_000);
        disk.content(segment(2), Arrays.copyOf(disk.content(segment(2)), 50_000));
        assertThat(LogCheck.run(disk, place(), (bytes, of) -> {}).damages())
                .extracting(LogDamage::kind)
                .containsExactly(LogDamage.Kind.SIZE, LogDamage.Kind.FRAMES);
    }

    @Test
    void shouldComeToAnEndWhereLinksLeadInACircle() throws IOException {
        open();
        append(1, 40);
        log.sync();
        log.checkpoint();
        kill();
        link(segment(1), 8, 3);
        assertThat(LogCheck.run(disk, place(), (read, of) -> {}).isSound()).isFalse();
        assertThatThrownBy(this::open).isInstanceOf(LogDamagedException.class);
    }

    @Test
    void shouldTakeAnIdentityThatLiesAboutLengthsForDamaged() throws IOException {
        open();
        StreamId before = log.streamId();
        kill();
        Path file = FOLDER.resolve(LogIdentity.NAME);
        byte[] content = disk.content(file);
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(32, (short) -1);
        CRC32C crc = new CRC32C();
        crc.update(content, 0, content.length - Integer.BYTES);
        bytes.putInt(content.length - Integer.BYTES, (int) crc.getValue());
        disk.content(file, content);
        open();
        assertThat(log.streamId()).isNotEqualTo(before);
        assertThat(log.recovery().identityChanged()).isEqualTo("the identity file is damaged");
    }

    /** The slot that is gone may have reserved more than the other one says. */
    @Test
    void shouldNumberAboveWhatABadSlotMayHaveReserved_R4() throws IOException {
        open();
        long reserved = log.ceiling();
        log.used(reserved - 1);
        log.checkpoint();
        long used = log.ceiling() - 1;
        assertThat(used).isGreaterThan(reserved);
        log.used(used);
        String newest =
                disk.content(FOLDER.resolve("checkpoint-a"))[16] > disk.content(FOLDER.resolve("checkpoint-b"))[16]
                        ? "checkpoint-a"
                        : "checkpoint-b";
        kill();
        flip(FOLDER.resolve(newest), 40);
        open();
        assertThat(log.nextSequence()).isGreaterThan(used);
        assertThat(log.recovery().slotFault()).contains(newest, "checksum");
        assertThat(log.recovery().summary()).contains("the other slot of the checkpoint was used", newest);
        kill();
        open();
        assertThat(log.recovery().slotFault()).isNull();
    }

    @Test
    void shouldUseTheLastSequenceAndNoneBeyond() throws IOException {
        open();
        StreamId stream = log.streamId();
        kill();
        long last = SequenceCeiling.LAST_SEQUENCE;
        CheckpointStore.replace(
                disk,
                FOLDER,
                new Checkpoint(9, stream, last, 0, 0, SegmentHeader.LENGTH, true, new LogState(last - 1, 1)));
        disk.remove(FOLDER.resolve("checkpoint-b"));
        CheckpointStore.open(disk, FOLDER).close();
        disk.content(FOLDER.resolve("checkpoint-b"), disk.content(FOLDER.resolve("checkpoint-a")));
        open();
        assertThat(log.nextSequence()).isEqualTo(last);
        append(last, last);
        assertThatThrownBy(() -> append(last + 1, last + 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected: < ceiling");
        log.sync();
        kill();
        open();
        assertThat(LogFixture.readAll(log, last)).hasSize(1);
    }

    @Test
    void shouldRefuseAFolderThatIsOpenByAnotherName(@TempDir Path temporary) throws IOException {
        Storage storage = new FileStorage();
        Path real = Files.createDirectory(temporary.resolve("real"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), real);
        LogSettings same = LogFixture.settings(link, LogSettings.Appender.POSITIONAL);
        try (WriteAheadLog first = WriteAheadLog.open(
                LogFixture.settings(real, LogSettings.Appender.POSITIONAL), storage, fixture.clocks)) {
            assertThatThrownBy(() -> WriteAheadLog.open(same, storage, fixture.clocks))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(link.toString())
                    .hasMessageContaining("locked by this process");
            assertThat(first.durable()).isZero();
        }
    }

    @Test
    void shouldBeTheSameLogThroughALinkAndAnotherOnceMoved_R12(@TempDir Path temporary) throws IOException {
        Storage storage = new FileStorage();
        Path real = Files.createDirectories(temporary.resolve("disk/log"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), real.getParent());
        StreamId stream;
        try (WriteAheadLog first = openAt(storage, link.resolve("log"))) {
            stream = first.streamId();
        }
        assertThat(LogStatus.read(storage, LogPlace.find(storage, real, null)).identityChanged())
                .isNull();
        try (WriteAheadLog again = openAt(storage, real)) {
            assertThat(again.streamId()).isEqualTo(stream);
            assertThat(again.recovery().identityChanged()).isNull();
        }

        Path moved = Files.move(real, temporary.resolve("moved"));
        try (WriteAheadLog other = openAt(storage, moved)) {
            assertThat(other.streamId()).isNotEqualTo(stream);
            assertThat(other.recovery().identityChanged()).contains("path: " + moved, link.resolve("log") + ")");
        }
    }

    private WriteAheadLog openAt(Storage storage, Path folder) throws IOException {
        return WriteAheadLog.open(
                LogFixture.settings(folder, LogSettings.Appender.POSITIONAL), storage, fixture.clocks);
    }

    private void open() throws IOException {
        log = WriteAheadLog.open(SETTINGS, disk, fixture.clocks);
    }

    /** Of some 20,000 bytes each. */
    private void append(long first, long last) throws IOException {
        for (long sequence = first; sequence <= last; sequence++) {
            fixture.append(log, sequence, fixture.frame(sequence + "x".repeat(20_000)));
            log.write();
        }
    }

    private void kill() throws IOException {
        FuzzDisk left = disk.fork();
        log.close();
        log = null;
        disk = left;
    }

    /** Where each frame begins in its segment. */
    private Map<Long, Long> offsets() throws IOException {
        Map<Long, Long> offsets = new HashMap<>();
        try (LogWalk walk = new LogWalk(disk, place(), Long.MIN_VALUE, true, false)) {
            while (walk.next() == LogWalk.Step.FRAME) {
                offsets.put(walk.sequence(), walk.offset());
            }
        }
        return offsets;
    }

    private List<Long> sequences() throws IOException {
        return LogFixture.readAll(log, 1).stream()
                .map(entry -> Long.valueOf(entry.substring(0, entry.indexOf(':'))))
                .toList();
    }

    private LogPlace place() throws IOException {
        return LogPlace.find(disk, FOLDER, null);
    }

    private static Path segment(long index) {
        return FOLDER.resolve(Segment.nameOf(index));
    }

    private SegmentHeader header(long index) throws IOException {
        try (StorageFile file = disk.open(segment(index), Storage.OpenMode.READ)) {
            return SegmentHeader.read(file, segment(index));
        }
    }

    /** Writes a number into a link, with the checksum that belongs to it. */
    private void link(Path file, int at, long value) {
        byte[] content = disk.content(file);
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(SegmentHeader.LINK_OFFSET + at, value);
        CRC32C crc = new CRC32C();
        crc.update(content, SegmentHeader.LINK_OFFSET, SegmentHeader.LINK_LENGTH - Integer.BYTES);
        bytes.putInt(SegmentHeader.LINK_OFFSET + SegmentHeader.LINK_LENGTH - Integer.BYTES, (int) crc.getValue());
        disk.content(file, content);
    }

    private void flip(Path file, int at) {
        byte[] content = disk.content(file);
        content[at] ^= 4;
        disk.content(file, content);
    }

    private static List<Long> range(long first, long last) {
        return new ArrayList<>(LongStream.rangeClosed(first, last).boxed().toList());
    }
}
