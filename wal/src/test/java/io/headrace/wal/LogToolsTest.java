package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Looking into a log from outside, and repairing it, on a disk that can be damaged and die at any call. */
class LogToolsTest {
    private static final Path FOLDER = Path.of("log");

    private SimulatedDisk disk = new SimulatedDisk();
    private final LogFixture fixture = new LogFixture(5);
    private final LogSettings settings = LogFixture.settings(FOLDER, LogSettings.Appender.POSITIONAL);
    private WriteAheadLog log;

    @AfterEach
    void close() throws IOException {
        if (log != null) {
            log.close();
        }
        fixture.close();
    }

    @Test
    void shouldSayWhatAnOpenLogHolds() throws IOException {
        open();
        append(1, 10, 20_000);
        commit(4);
        append(11, 12, 100);

        LogStatus status = LogStatus.read(disk, place());

        assertThat(status.holder()).isEqualTo("this process");
        assertThat(status.streamId()).isEqualTo(log.streamId());
        assertThat(status.identityChanged()).isNull();
        assertThat(status.lowWater()).isEqualTo(4);
        assertThat(status.durable()).isEqualTo(10);
        // What is behind the newest checkpoint is left alone while somebody writes it.
        assertThat(status.lastSequence()).isEqualTo(10);
        assertThat(status.backlogEvents()).isEqualTo(6);
        assertThat(status.backlogFrames()).isEqualTo(6);
        assertThat(status.missingSegments()).isEmpty();
        LogCheck check = check();
        assertThat(check.isSound()).isTrue();
        assertThat(check.events()).isEqualTo(6);
        assertThat(check.last()).isEqualTo(10);
        assertThat(sequences(Long.MIN_VALUE, false)).isEqualTo(range(5, 12));
        assertThat(sequences(Long.MIN_VALUE, true)).isEqualTo(range(1, 12));
        assertThat(sequences(8, false)).isEqualTo(range(9, 12));
    }

    @Test
    void shouldTellATornTailFromDamage() throws IOException {
        open();
        append(1, 10, 300);
        log.sync();
        log.checkpoint();
        append(11, 15, 300);
        kill();
        damage(segment(1), offsetOf(segment(1), 12) + 90);

        LogCheck torn = check();
        assertThat(torn.isSound()).isTrue();
        assertThat(torn.last()).isEqualTo(11);
        assertThat(torn.tornBytes()).isGreaterThan(1000);
        assertThat(torn.tornOffset()).isEqualTo(offsetOf(segment(1), 12));
        assertThat(LogRepair.plan(disk, place(), "t").isNeeded()).isFalse();

        damage(segment(1), offsetOf(segment(1), 12) + 90);
        damage(segment(1), offsetOf(segment(1), 7) + 90);
        LogCheck damaged = check();
        assertThat(damaged.lost()).containsExactly(new LogDamage.SequenceRange(7, 7));
        assertThat(damaged.damages().get(0).offset()).isEqualTo(offsetOf(segment(1), 7));
        assertThat(damaged.last()).isEqualTo(15);
    }

    @Test
    void shouldFindDamageAboveTheCheckpointByWhatLaterFramesSay() throws IOException {
        open();
        append(1, 5, 300);
        log.sync();
        append(6, 10, 300);
        kill();
        damage(segment(1), offsetOf(segment(1), 3) + 90);

        assertThat(check().lost()).containsExactly(new LogDamage.SequenceRange(3, 3));
        assertThatThrownBy(this::open).isInstanceOf(LogDamagedException.class);
        repair();
        open();
        assertThat(read()).isEqualTo(except(1, 10, 3, 3));
        assertThat(log.state().dropped()).containsEntry(LogRepair.REASON, 1L);
        assertThat(log.state().accepted()).isEqualTo(10);
    }

    @Test
    void shouldLoseExactlyWhatWasReportedInTheBacklog() throws IOException {
        open();
        append(1, 60, 20_000);
        commit(3);
        append(61, 64, 20_000);
        StreamId before = log.streamId();
        kill();
        damage(segment(2), offsetOf(segment(2), firstOf(segment(2)) + 1) + 20_000);
        // The header of a frame: nothing says where the next one begins.
        damage(segment(3), offsetOf(segment(3), firstOf(segment(3)) + 2) + 8);

        LogCheck check = check();
        LogRepair.Plan plan = repair();

        assertThat(plan.lost()).isEqualTo(check.lost()).hasSize(2);
        assertThat(plan.lostEvents()).isEqualTo(2);
        assertThat(check().damages()).isEmpty();
        open();
        List<Long> expected = new ArrayList<>(range(4, 64));
        plan.lost().forEach(range -> expected.removeAll(range(range.first(), range.last())));
        assertThat(read()).isEqualTo(expected);
        assertThat(log.streamId()).isNotEqualTo(before);
        assertThat(log.recovery().identityChanged()).isNull();
        assertThat(log.state().dropped()).containsEntry(LogRepair.REASON, 2L);
        assertThat(log.state().accepted() - log.state().delivered() - 2).isEqualTo(expected.size());
        assertThat(disk.list(FOLDER.resolve("repair-t")))
                .containsExactly(
                        segment(2).getFileName().toString(),
                        segment(3).getFileName().toString(),
                        "checkpoint-a",
                        "checkpoint-b",
                        "identity");
        // It goes on as any log does.
        long next = log.nextSequence();
        append(next, next + 30, 20_000);
        log.sync();
        kill();
        assertThat(check().isSound()).isTrue();
        open();
        expected.addAll(range(next, next + 30));
        assertThat(read()).isEqualTo(expected);
    }

    /** A copy of what is lost may come over another stream. */
    @Test
    void shouldKnowNoOriginsAfterARepairThatLostFrames() throws IOException {
        open();
        append(1, 60, 20_000);
        log.sync();
        log.state().origins().add(7, 14, 0);
        commit(3);
        kill();
        open();
        assertThat(log.state().origins().size()).isEqualTo(1);
        kill();
        damage(segment(2), offsetOf(segment(2), firstOf(segment(2)) + 1) + 20_000);

        assertThat(repair().lost()).isNotEmpty();

        open();
        assertThat(log.state().origins().size()).isZero();
    }

    @Test
    void shouldGoOnWithoutASegmentThatIsMissing() throws IOException {
        open();
        append(1, 60, 20_000);
        commit(3);
        kill();
        long first = firstOf(segment(3));
        long next = firstOf(segment(4));
        disk.delete(segment(3));

        assertThat(check().damages()).singleElement().satisfies(damage -> {
            assertThat(damage.kind()).isEqualTo(LogDamage.Kind.SEGMENT);
            assertThat(damage.lost()).containsExactly(new LogDamage.SequenceRange(first, next - 1));
        });
        LogRepair.Plan plan = repair();
        assertThat(plan.lostEvents()).isEqualTo(next - first);
        assertThat(plan.uncounted()).as("the ledger knows them").isZero();
        open();
        assertThat(read()).isEqualTo(except(4, 60, first, next - 1));
    }

    @Test
    void shouldKeepEverythingWhenBothSlotsAreBad() throws IOException {
        open();
        append(1, 60, 20_000);
        commit(3);
        append(61, 62, 20_000);
        kill();
        damage(FOLDER.resolve("checkpoint-a"), 20);
        damage(FOLDER.resolve("checkpoint-b"), 20);
        assertThatThrownBy(this::open).isInstanceOf(LogDamagedException.class);

        LogCheck check = check();
        assertThat(check.damages()).singleElement().satisfies(damage -> assertThat(damage.kind())
                .isEqualTo(LogDamage.Kind.CHECKPOINT));
        assertThat(LogStatus.read(disk, place()).checkpointFault()).contains("checkpoint-a", "checkpoint-b");
        repair();
        open();
        // What was committed comes again: nothing says that it was.
        assertThat(read()).isEqualTo(range(1, 62));
        assertThat(log.state().accepted()).isEqualTo(62);
    }

    /** What stands before a segment that is gone is not taken for released: nothing says that it was. */
    @Test
    void shouldKeepWhatIsBeforeAMissingSegmentWhenBothSlotsAreBad() throws IOException {
        open();
        append(1, 60, 20_000);
        commit(3);
        kill();
        long first = firstOf(segment(3));
        long next = firstOf(segment(4));
        disk.delete(segment(3));
        damage(FOLDER.resolve("checkpoint-a"), 20);
        damage(FOLDER.resolve("checkpoint-b"), 20);

        assertThat(check().damages())
                .extracting(LogDamage::kind)
                .containsExactlyInAnyOrder(LogDamage.Kind.CHECKPOINT, LogDamage.Kind.SEGMENT);
        assertThat(check().damages())
                .flatExtracting(LogDamage::lost)
                .containsExactly(new LogDamage.SequenceRange(first, next - 1));
        LogRepair.Plan plan = repair();
        assertThat(plan.lostEvents()).isZero();
        assertThat(plan.uncounted()).isEqualTo(next - first);
        open();
        assertThat(read()).isEqualTo(except(1, 60, first, next - 1));
    }

    /** It looks the same as what was released, which only the checkpoint knew. */
    @Test
    void shouldSayWhatMayBeLostWhenTheOldestSegmentIsGoneAndBothSlotsAreBad() throws IOException {
        open();
        append(1, 60, 20_000);
        commit(3);
        kill();
        long next = firstOf(segment(2));
        disk.delete(segment(1));
        damage(FOLDER.resolve("checkpoint-a"), 20);
        damage(FOLDER.resolve("checkpoint-b"), 20);

        assertThat(check().damages()).singleElement().satisfies(damage -> assertThat(damage.fault())
                .contains("the segments begin with sequence " + next + ": what was below was released, or is lost"));
        repair();
        open();
        assertThat(read()).isEqualTo(range(next, 60));
    }

    /** Where a log is damaged. */
    enum Place {
        BELOW_THE_CHECKPOINT(4, 2),
        ABOVE_THE_CHECKPOINT(4, 1),
        CHECKPOINT_TOO(1, 1);

        final long first;
        final long events;

        Place(long first, long events) {
            this.first = first;
            this.events = events;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeAsBeforeOrRepairedWhereverRepairDies(Place where) throws IOException {
        Set<String> outcomes = new TreeSet<>();
        boolean died = true;
        for (int call = 1; died; call++) {
            disk = new SimulatedDisk(call);
            log = null;
            damagedLog(where);
            List<LogDamage.SequenceRange> lost = check().lost();
            disk.dieAt(call);
            try {
                repair();
                died = false;
            } catch (IOException e) {
                assertThat(disk.isDead()).isTrue();
            }
            int seed = call;
            if (call % 2 == 0) {
                disk.cutPower(new java.util.Random(seed));
            } else {
                disk.kill();
            }
            disk.revive();
            LogCheck after = check();
            outcomes.add(after.isSound() ? "repaired" : "as before");
            if (!after.isSound()) {
                assertThat(after.lost()).as("call " + call).isEqualTo(lost);
                LogRepair.apply(disk, place(), fixture.clocks, "again");
            }
            open();
            List<Long> expected = new ArrayList<>(range(where.first, 64));
            lost.forEach(range -> expected.removeAll(range(range.first(), range.last())));
            assertThat(read()).as("call " + call).isEqualTo(expected);
            assertThat(log.state().dropped()).containsEntry(LogRepair.REASON, where.events);
            assertThat(log.state().accepted() - log.state().delivered() - where.events)
                    .isEqualTo(expected.size());
            kill();
        }
        assertThat(outcomes).containsExactly("as before", "repaired");
    }

    @Test
    void shouldRefuseToRepairAnOpenLog() throws IOException {
        open();
        append(1, 3, 100);
        assertThatThrownBy(() -> LogRepair.plan(disk, place(), "t")).hasMessageContaining("open, by this process");
        assertThatThrownBy(() -> LogRepair.apply(disk, place(), fixture.clocks, "t"))
                .hasMessageContaining("locked");
    }

    @Test
    void shouldPassOverWhatIsReleasedWhileItIsRead() throws IOException {
        // Longer than what is read at once, and full-sized from the first, so that the files are used again.
        LogSettings large = new LogSettings(
                settings.dataFolders(), null, SegmentPreparer.FIRST_BYTES, 64 * 1024, settings.appender(), 0);
        log = WriteAheadLog.open(large, disk, fixture.clocks);
        append(1, 600, 20_000);
        commit(0);
        try (LogWalk walk = new LogWalk(disk, place(), Long.MIN_VALUE, false, true)) {
            assertThat(walk.next()).isEqualTo(LogWalk.Step.FRAME);
            commit(600);
            // The older slot, too: released at once, used again with what comes.
            log.checkpoint();
            append(601, 1600, 20_000);
            commit(601);
            List<Long> seen = new ArrayList<>(List.of(walk.sequence()));
            LogWalk.Step step = walk.next();
            for (; step == LogWalk.Step.FRAME; step = walk.next()) {
                seen.add(walk.sequence());
            }
            assertThat(step).as(() -> walk.damage().toString()).isEqualTo(LogWalk.Step.END);
            assertThat(walk.released()).isPositive();
            assertThat(seen).isSorted().doesNotHaveDuplicates().containsAll(range(602, 1600));
        }
    }

    @Test
    void shouldReadLittleOfASegmentToFindTheOldestEvent() throws IOException {
        LogSettings large =
                new LogSettings(settings.dataFolders(), null, 32 * 1024 * 1024, 64 * 1024, settings.appender(), 0);
        log = WriteAheadLog.open(large, disk, fixture.clocks);
        append(1, 700, 20_000);
        commit(600);
        CountingStorage counting = new CountingStorage(disk);

        LogStatus status = LogStatus.read(counting.storage(), place());

        long oldest = status.oldestMicros();
        assertThat(oldest).isNotNegative();
        // Of 14 MB, 12 of them committed.
        assertThat(counting.bytesRead()).isLessThan(4_000_000);
        for (long from : List.of(1L, 2L, 350L, 599L, 600L, 601L, 699L)) {
            try (LogWalk walk = new LogWalk(disk, place(), from, true, false)) {
                assertThat(walk.next()).isEqualTo(LogWalk.Step.FRAME);
                assertThat(walk.sequence()).isEqualTo(from + 1);
            }
        }
    }

    @Test
    void shouldNotCallAFrameDamagedThatIsWrittenWhileItsPlaceIsJudged() throws IOException {
        open();
        append(1, 5, 300);
        commit(0);
        append(6, 6, 300);
        WritingStorage writing = new WritingStorage(disk, () -> {
            log.sync();
            append(7, 7, 300);
            log.sync();
            append(8, 9, 300);
        });
        try (LogWalk walk = new LogWalk(writing, place(), 5, false, true)) {
            assertThat(walk.next()).isEqualTo(LogWalk.Step.FRAME);
            // The first search behind frame 6 finds what was written since: it says that 7 was durable.
            writing.writeAtOpen = true;
            for (long sequence = 7; sequence <= 9; sequence++) {
                LogWalk.Step step = walk.next();
                if (step == LogWalk.Step.END) {
                    step = walk.next();
                }
                assertThat(step).isEqualTo(LogWalk.Step.FRAME);
                assertThat(walk.sequence()).isEqualTo(sequence);
            }
        }
    }

    /** Twelve frames a segment; two damaged, of one of which the header. */
    private void damagedLog(Place where) throws IOException {
        open();
        append(1, 20, 20_000);
        commit(3);
        append(21, 60, 20_000);
        log.sync();
        if (where != Place.ABOVE_THE_CHECKPOINT) {
            commit(3);
        }
        append(61, 64, 20_000);
        log.sync();
        append(65, 65, 1);
        kill();
        disk.flip(segment(6), offsetOf(segment(6), 65) + 90, 1);
        int first = where == Place.ABOVE_THE_CHECKPOINT ? 4 : 2;
        damage(segment(first), offsetOf(segment(first), firstOf(segment(first)) + 1) + 20_000);
        damage(segment(first + 1), offsetOf(segment(first + 1), firstOf(segment(first + 1)) + 2) + 8);
        if (where == Place.CHECKPOINT_TOO) {
            damage(FOLDER.resolve("checkpoint-a"), 20);
            damage(FOLDER.resolve("checkpoint-b"), 20);
        }
    }

    private LogPlace place() throws IOException {
        return LogPlace.find(disk, FOLDER, null);
    }

    private LogCheck check() throws IOException {
        return LogCheck.run(disk, place(), (bytes, ofBytes) -> {});
    }

    private LogRepair.Plan repair() throws IOException {
        LogRepair.Plan plan = LogRepair.plan(disk, place(), "t");
        LogRepair.Plan done = LogRepair.apply(disk, place(), fixture.clocks, "t");
        assertThat(done).isEqualTo(plan);
        return done;
    }

    private List<Long> sequences(long above, boolean withReleased) throws IOException {
        List<Long> sequences = new ArrayList<>();
        try (LogWalk walk = new LogWalk(disk, place(), above, withReleased, false)) {
            while (walk.next() == LogWalk.Step.FRAME) {
                sequences.add(walk.sequence());
            }
        }
        return sequences;
    }

    private void open() throws IOException {
        log = WriteAheadLog.open(settings, disk, fixture.clocks);
    }

    private void kill() throws IOException {
        disk.kill();
        disk.revive();
        log.close();
        log = null;
    }

    private void append(long first, long last, int bytes) throws IOException {
        for (long sequence = first; sequence <= last; sequence++) {
            fixture.append(log, sequence, fixture.frame(sequence + ":" + "x".repeat(bytes)));
        }
        log.write();
    }

    /** Commits up to a sequence and counts all as the journal does. */
    private void commit(long upTo) throws IOException {
        log.sync();
        log.state().accepted(log.durable());
        log.state().delivered(upTo);
        log.state().committed().advanceTo(upTo);
        log.checkpoint();
    }

    private List<Long> read() throws IOException {
        List<Long> sequences = new ArrayList<>();
        for (String entry : LogFixture.readAll(log, log.state().committed().floor() + 1)) {
            String[] parts = entry.split(":");
            assertThat(parts[1]).isEqualTo(parts[0]);
            sequences.add(Long.parseLong(parts[0]));
        }
        return sequences;
    }

    private static List<Long> range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    private static List<Long> except(long first, long last, long from, long to) {
        return LongStream.rangeClosed(first, last)
                .filter(sequence -> sequence < from || sequence > to)
                .boxed()
                .toList();
    }

    private static Path segment(long index) {
        return FOLDER.resolve(Segment.nameOf(index));
    }

    private long firstOf(Path segment) throws IOException {
        try (StorageFile file = disk.open(segment, Storage.OpenMode.READ)) {
            return SegmentHeader.read(file, segment).link().base();
        }
    }

    private void damage(Path path, long offset) throws IOException {
        disk.flip(path, offset, 3);
    }

    private long offsetOf(Path path, long sequence) throws IOException {
        try (StorageFile file = disk.open(path, Storage.OpenMode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size()).order(ByteOrder.LITTLE_ENDIAN);
            file.read(bytes, 0);
            bytes.clear();
            HopHeader hop = new HopHeader();
            long at = SegmentHeader.LENGTH;
            while (hop.read(bytes, (int) at) && hop.sequence() != sequence) {
                at += FrameLayout.align(hop.length());
            }
            return at;
        }
    }
}
