package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Damage where only a cursor beside the sinks' has yet to read, and segments that nobody has. */
class LogCursorDamageTest {
    private static final Path FOLDER = Path.of("log");
    private static final int FRAME_BYTES = 16 * 1024;
    private static final int FRAMES = 90;
    private static final long SINKS = 65;
    private static final long AUDIT = 20;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final LogFixture fixture = new LogFixture(6);
    private List<CursorStart> cursors = List.of();
    private WriteAheadLog log;

    @AfterEach
    void close() throws IOException {
        if (log != null) {
            log.close();
        }
        fixture.close();
    }

    private void open() throws IOException {
        log = WriteAheadLog.open(
                new LogSettings(
                        List.of(FOLDER),
                        FOLDER,
                        LogFixture.SMALL_SEGMENT,
                        LogFixture.SMALL_FRAME,
                        LogSettings.Appender.POSITIONAL,
                        0,
                        LogRetention.NONE,
                        cursors),
                disk,
                fixture.clocks);
    }

    /** Frames 1 to 90: the sinks have those up to 65, the cursor audit up to 20. */
    private void write(String... names) throws IOException {
        cursors = List.of(names).stream()
                .map(name -> CursorStart.parse(name, "oldest"))
                .toList();
        open();
        for (long sequence = 1; sequence <= FRAMES; sequence++) {
            fixture.append(log, sequence, fixture.frame(FRAME_BYTES));
        }
        log.write();
        log.sync();
        LogState state = log.state();
        state.accepted(FRAMES);
        state.delivered(SINKS);
        state.committed().advanceTo(SINKS);
        state.cursors().values().forEach(cursor -> cursor.committed().advanceTo(AUDIT));
        log.checkpointAndStop(FRAMES);
        log.close();
        log = null;
    }

    private LogPlace place() throws IOException {
        return LogPlace.find(disk, FOLDER, null);
    }

    private LogCheck check() throws IOException {
        return LogCheck.run(disk, place(), (bytes, ofBytes) -> {});
    }

    /** The segment that a frame is in. */
    private Path segmentOf(long sequence) throws IOException {
        try (LogWalk walk = new LogWalk(disk, place(), sequence - 1, true, false)) {
            assertThat(walk.next()).isEqualTo(LogWalk.Step.FRAME);
            assertThat(walk.sequence()).isEqualTo(sequence);
            return walk.file();
        }
    }

    private long offsetOf(long sequence) throws IOException {
        try (LogWalk walk = new LogWalk(disk, place(), sequence - 1, true, false)) {
            assertThat(walk.next()).isEqualTo(LogWalk.Step.FRAME);
            return walk.offset();
        }
    }

    private List<Long> framesIn(Path segment) throws IOException {
        List<Long> frames = new ArrayList<>();
        try (LogWalk walk = new LogWalk(disk, place(), Long.MIN_VALUE, true, false)) {
            while (walk.next() == LogWalk.Step.FRAME) {
                if (walk.file().equals(segment)) {
                    frames.add(walk.sequence());
                }
            }
        }
        return frames;
    }

    private List<Long> readFrom(long sequence) throws IOException {
        List<Long> read = new ArrayList<>();
        try (LogReader reader = log.newReader()) {
            reader.seek(sequence);
            for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                read.add(reader.sequence());
                frame.release();
            }
        }
        return read;
    }

    private static List<Long> range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    private static LogDamage.SequenceRange lost(long first, long last) {
        return new LogDamage.SequenceRange(first, last);
    }

    @Test
    void shouldVerifyWhatOnlyACursorHasYetToRead() throws IOException {
        write("audit");
        disk.flip(segmentOf(30), offsetOf(30) + 200, 3);

        LogCheck check = check();

        assertThat(check.isSound()).isFalse();
        assertThat(check.lost()).as("the sinks have it").isEmpty();
        assertThat(check.lostOnCursors()).isEqualTo(Map.of("audit", List.of(lost(30, 30))));
        assertThat(check.events()).isEqualTo(FRAMES - SINKS);
    }

    @Test
    void shouldTellApartWhatSinksAndWhatEachCursorMisses() throws IOException {
        write("audit", "late");
        open();
        log.state().cursors().get("late").committed().advanceTo(FRAMES - 10);
        log.sync();
        log.checkpointAndStop(FRAMES);
        log.close();
        log = null;
        disk.flip(segmentOf(70), offsetOf(70) + 200, 3);
        disk.flip(segmentOf(85), offsetOf(85) + 200, 3);

        LogCheck check = check();

        assertThat(check.lost()).containsExactly(lost(70, 70), lost(85, 85));
        assertThat(check.lostOnCursors())
                .isEqualTo(Map.of("audit", List.of(lost(70, 70), lost(85, 85)), "late", List.of(lost(85, 85))));
    }

    @Test
    void shouldCallNothingMissingThatNobodyHasYetToRead() throws IOException {
        write("audit");
        Path first = segmentOf(22);
        long committed = framesIn(first).get(0);
        assertThat(committed).isLessThanOrEqualTo(AUDIT);
        disk.flip(first, offsetOf(committed) + 200, 3);

        LogCheck check = check();

        assertThat(check.damages()).as("the place is told").singleElement();
        assertThat(check.lost()).isEmpty();
        assertThat(check.lostOnCursors()).isEmpty();
    }

    @Test
    void shouldKeepForACursorAllThatHoldsAroundWhatIsRepaired() throws IOException {
        write("audit");
        disk.flip(segmentOf(30), offsetOf(30) + 200, 3);

        LogRepair.Plan plan = LogRepair.apply(disk, place(), fixture.clocks, "r");

        assertThat(plan.lostOnCursors()).isEqualTo(Map.of("audit", List.of(lost(30, 30))));
        assertThat(plan.lost()).isEmpty();
        assertThat(plan.lostEvents()).as("the sinks had them").isZero();
        assertThat(check().isSound()).isTrue();
        open();
        assertThat(log.state().committed().floor()).isEqualTo(SINKS);
        assertThat(log.state().dropped()).isEmpty();
        List<Long> expected = new ArrayList<>(range(AUDIT + 1, FRAMES));
        expected.remove(30L);
        assertThat(readFrom(AUDIT + 1)).isEqualTo(expected);
        assertThat(log.state().cursors().get("audit").committed().floor()).isEqualTo(AUDIT);
    }

    @Test
    void shouldKeepForACursorWhatStandsBehindDamageOfTheSinks() throws IOException {
        write("audit");
        Path damaged = segmentOf(SINKS + 1);
        List<Long> there = framesIn(damaged);
        assertThat(there).as("sinks' low-water mark in the middle of it").contains(SINKS);
        disk.flip(damaged, offsetOf(SINKS + 1) + 200, 3);

        LogRepair.apply(disk, place(), fixture.clocks, "r");

        open();
        List<Long> expected = new ArrayList<>(range(AUDIT + 1, FRAMES));
        expected.remove(SINKS + 1);
        assertThat(readFrom(AUDIT + 1)).isEqualTo(expected);
        assertThat(log.state().dropped()).containsEntry(LogRepair.REASON, 1L);
    }

    /** Sinks that come to what they had before a kill step over it, as over a hole. */
    private void stepOver(long first, long last) throws IOException {
        open();
        for (long sequence = first; sequence <= last; sequence++) {
            log.state().commit(sequence);
        }
        log.state().addHole(first, last);
        log.sync();
        log.checkpointAndStop(FRAMES);
        log.close();
        log = null;
    }

    @Test
    void shouldKeepForACursorAndTellItWhatTheSinksSteppedOver() throws IOException {
        write("audit");
        disk.flip(segmentOf(70), offsetOf(70) + 200, 3);
        disk.flip(segmentOf(30), offsetOf(30) + 200, 3);
        stepOver(70, 71);

        LogRepair.Plan plan = LogRepair.apply(disk, place(), fixture.clocks, "r");

        assertThat(plan.lost()).isEmpty();
        assertThat(plan.lostOnCursors()).isEqualTo(Map.of("audit", List.of(lost(30, 30), lost(70, 70))));
        open();
        List<Long> expected = new ArrayList<>(range(AUDIT + 1, FRAMES));
        expected.removeAll(List.of(30L, 70L));
        assertThat(readFrom(AUDIT + 1)).isEqualTo(expected);
    }

    @Test
    void shouldTakeWhatTheSinksSteppedOverFromTheirBacklogOnce() throws IOException {
        write("audit");
        stepOver(70, 71);
        assertThat(LogStatus.read(disk, place()).backlogFrames()).isEqualTo(FRAMES - SINKS - 2);
    }

    @Test
    void shouldRefuseToOpenWithoutASegmentThatOnlyACursorNeedsUntilItIsRepaired() throws IOException {
        write("audit");
        Path missing = segmentOf(35);
        List<Long> gone = framesIn(missing);
        assertThat(gone.get(gone.size() - 1)).isLessThan(SINKS);
        disk.delete(missing);

        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining(missing.getFileName().toString())
                .hasMessageContaining("cursors that have yet to read it: audit")
                .hasMessageContaining("headrace wal repair");
        assertThat(LogStatus.read(disk, place()).missingSegments()).containsExactly(missing);
        LogDamage.SequenceRange lost = lost(gone.get(0), gone.get(gone.size() - 1));
        assertThat(check().lostOnCursors()).isEqualTo(Map.of("audit", List.of(lost)));

        LogRepair.Plan plan = LogRepair.apply(disk, place(), fixture.clocks, "r");

        assertThat(plan.lostOnCursors()).isEqualTo(Map.of("audit", List.of(lost)));
        open();
        List<Long> expected = new ArrayList<>(range(AUDIT + 1, FRAMES));
        expected.removeAll(gone);
        assertThat(readFrom(AUDIT + 1)).containsAll(expected).doesNotContainAnyElementsOf(gone);
        assertThat(readFrom(SINKS + 1)).isEqualTo(range(SINKS + 1, FRAMES));
        assertThat(log.state().dropped()).isEmpty();
    }

    @Test
    void shouldOpenWithoutThatSegmentWhenItsCursorIsDropped() throws IOException {
        write("audit");
        disk.delete(segmentOf(35));
        cursors = List.of();

        LogCursorDrop.apply(disk, place(), "audit");

        assertThat(check().isSound()).isTrue();
        open();
        assertThat(readFrom(SINKS + 1)).isEqualTo(range(SINKS + 1, FRAMES));
    }

    /** Beside a running agent: the oldest of what is released is not always used again first. */
    @Test
    void shouldPassOverReleasedSegmentsThatAreUsedAgain() throws IOException {
        write("audit");
        open();
        log.state().cursors().get("audit").committed().advanceTo(SINKS);
        // One slot still holds on to them.
        log.checkpoint();
        disk.delete(segmentOf(35));
        List<Long> seen = new ArrayList<>();
        try (LogWalk walk = new LogWalk(disk, place(), Long.MIN_VALUE, true, true)) {
            LogWalk.Step step = walk.next();
            for (; step == LogWalk.Step.FRAME; step = walk.next()) {
                seen.add(walk.sequence());
            }
            assertThat(step).as(() -> walk.damage().toString()).isEqualTo(LogWalk.Step.END);
        }
        assertThat(seen).isSorted().containsAll(range(SINKS + 1, FRAMES)).doesNotContain(35L);
    }
}
