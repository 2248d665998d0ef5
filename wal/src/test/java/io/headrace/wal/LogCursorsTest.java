package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Cursors beside the sinks', and released segments that are kept for them. */
class LogCursorsTest {
    private static final Path FOLDER = Path.of("log");
    private static final int FRAME_BYTES = 16 * 1024;
    private static final int FRAMES_A_SEGMENT = 15;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final LogFixture fixture = new LogFixture(5);
    private final List<Long> appended = new ArrayList<>();
    private LogRetention retention = LogRetention.NONE;
    private List<CursorStart> cursors = new ArrayList<>();
    private long reserveBytes;
    private WriteAheadLog log;
    private long next;

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
                        reserveBytes,
                        retention,
                        cursors),
                disk,
                fixture.clocks);
        next = log.nextSequence();
    }

    private void reopen() throws IOException {
        log.close();
        open();
    }

    private void restart() throws IOException {
        log.sync();
        log.checkpointAndStop(next - 1);
        reopen();
    }

    private void want(String name, String start) {
        cursors = new ArrayList<>(cursors);
        cursors.add(CursorStart.parse(name, start));
    }

    private void append(int frames) throws IOException {
        for (int i = 0; i < frames; i++) {
            fixture.append(log, next, fixture.frame(FRAME_BYTES));
            appended.add(next++);
        }
        log.write();
        log.sync();
    }

    private void commitSinks() throws IOException {
        log.state().committed().advanceTo(log.durable());
        log.checkpoint();
        log.checkpoint();
    }

    private CursorState cursor(String name) {
        return log.state().cursors().get(name);
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

    @Test
    void shouldReleaseNothingThatTheSlowestCursorNeeds() throws IOException {
        want("audit", "oldest");
        want("late", "oldest");
        open();
        append(10 * FRAMES_A_SEGMENT);
        commitSinks();
        assertThat(log.oldestHeld()).isEqualTo(1);
        assertThat(readFrom(1)).isEqualTo(range(1, next - 1));
        cursor("late").committed().advanceTo(next - 1);
        cursor("audit").committed().advanceTo(5 * FRAMES_A_SEGMENT);
        log.checkpoint();
        assertThat(log.oldestHeld()).as("the older slot still says 0").isEqualTo(1);
        log.checkpoint();
        assertThat(log.oldestHeld())
                .as("what is below the slower one is released")
                .isGreaterThan(FRAMES_A_SEGMENT)
                .isLessThanOrEqualTo(5 * FRAMES_A_SEGMENT + 1L);
        reopen();
        assertThat(readFrom(5 * FRAMES_A_SEGMENT + 1)).isEqualTo(range(5 * FRAMES_A_SEGMENT + 1, 150));
        log.state().cursors().remove("audit");
        log.checkpoint();
        log.checkpoint();
        assertThat(log.oldestHeld()).as("dropped").isGreaterThan(5 * FRAMES_A_SEGMENT);
    }

    @Test
    void shouldMakeACursorOnceAndWhereItsStartSays() throws IOException {
        open();
        append(10 * FRAMES_A_SEGMENT);
        want("all", "oldest");
        want("new", "latest");
        want("some", "40");
        want("future", "4000");
        restart();
        assertThat(cursor("all").committed().floor()).isZero();
        assertThat(cursor("new").committed().floor()).isEqualTo(150);
        assertThat(cursor("some").committed().floor()).isEqualTo(39);
        assertThat(cursor("future").committed().floor()).isEqualTo(150);
        assertThat(log.cursorNotes()).anyMatch(note -> note.contains("future") && note.contains("has not come"));

        cursor("all").committed().advanceTo(20);
        append(3);
        log.checkpoint();
        cursors = new ArrayList<>();
        want("all", "latest");
        restart();
        assertThat(cursor("all").committed().floor()).as("not made anew").isEqualTo(20);
        assertThat(log.cursorNotes())
                .anyMatch(note -> note.contains("cursor all: at sequence 21; start = latest changes nothing"))
                .anyMatch(note -> note.contains("cursor some: not configured any more"));
    }

    @Test
    void shouldMakeACursorAtTheOldestWhereItsSequenceIsReleased() throws IOException {
        open();
        append(10 * FRAMES_A_SEGMENT);
        commitSinks();
        long oldest = log.oldestHeld();
        assertThat(oldest).isGreaterThan(40);
        want("some", "40");
        restart();
        assertThat(cursor("some").committed().floor()).isEqualTo(oldest - 1);
        assertThat(log.cursorNotes()).singleElement().asString().contains("the oldest that the log holds");
    }

    @Test
    void shouldMakeACursorAtTheFirstFrameOfATime() throws IOException {
        open();
        long[] created = {100, 300, 200, 300, 400};
        try (FrameBuilder builder = new FrameBuilder(ByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            for (long micros : created) {
                builder.begin(Headers.EMPTY);
                builder.add("x".getBytes(StandardCharsets.UTF_8));
                fixture.append(log, next++, builder.build(new Producer(1), micros));
            }
        }
        log.write();
        want("early", "1970-01-01T00:00:00.000050Z");
        want("then", "1970-01-01T01:00:00.000250+01:00");
        want("never", "2100-01-01T00:00:00Z");
        restart();
        assertThat(cursor("early").committed().floor()).isZero();
        assertThat(cursor("then").committed().floor())
                .as("in the order of the log, not of time")
                .isEqualTo(1);
        assertThat(cursor("never").committed().floor()).isEqualTo(5);
    }

    @Test
    void shouldRefuseAStartThatSaysNothing() {
        assertThatThrownBy(() -> CursorStart.parse("a", "yesterday"))
                .hasMessageContaining("cursors.a.start: yesterday (expected: oldest, latest, a sequence, or a time");
        assertThatThrownBy(() -> CursorStart.parse("a", "2026-11-21T08:00:00")).hasMessageContaining("with its zone");
        assertThatThrownBy(() -> CursorStart.parse("sinks", "oldest")).hasMessageContaining("other than sinks");
        assertThatThrownBy(() -> CursorStart.parse("a.b", "oldest")).hasMessageContaining("letters");
        assertThatThrownBy(() -> CursorStart.parse("a", "+999999999-01-01T00:00:00Z"))
                .hasMessageContaining("cursors.a.start");
    }

    @Test
    void shouldKeepReleasedSegmentsWithinBytesAndAge() throws IOException {
        long file = LogFixture.SMALL_SEGMENT;
        retention = new LogRetention(10_000, 4 * file);
        open();
        append(10 * FRAMES_A_SEGMENT);
        commitSinks();
        assertThat(log.bytesAbove(0)).isBetween(3 * file, 6 * file);
        long oldest = log.oldestHeld();
        assertThat(oldest).isGreaterThan(1);
        reopen();
        assertThat(log.oldestHeld())
                .as("kept over a restart, with what was released and not used again")
                .isLessThanOrEqualTo(oldest);
        log.checkpoint();
        assertThat(log.oldestHeld()).isBetween(oldest, oldest + FRAMES_A_SEGMENT);
        assertThat(readFrom(log.oldestHeld())).isEqualTo(range(log.oldestHeld(), 150));
        fixture.nanos.addAndGet(20_000_000_000L);
        assertThat(log.couldRelease()).isTrue();
        log.checkpoint();
        log.checkpoint();
        assertThat(log.oldestHeld()).as("too old").isGreaterThan(9 * FRAMES_A_SEGMENT);
    }

    /** Age is measured, not read off the wall: neither too short for a replay nor for ever. */
    @Test
    void shouldKeepReleasedSegmentsForTheirTimeWhateverTheClockOnTheWallSays() throws IOException {
        retention = new LogRetention(10_000, 0);
        open();
        append(3 * FRAMES_A_SEGMENT);
        fixture.wallMillis.addAndGet(-86_400_000L);
        append(3 * FRAMES_A_SEGMENT);
        commitSinks();
        assertThat(log.oldestHeld()).as("the clock went back").isEqualTo(1);
        fixture.wallMillis.addAndGet(2 * 86_400_000L);
        commitSinks();
        assertThat(log.oldestHeld()).as("the clock went ahead").isEqualTo(1);
        fixture.wallMillis.addAndGet(-86_400_000L);
        fixture.nanos.addAndGet(20_000_000_000L);
        assertThat(log.couldRelease()).isTrue();
        commitSinks();
        assertThat(log.oldestHeld()).as("old enough").isGreaterThan(4 * FRAMES_A_SEGMENT);
    }

    @Test
    void shouldGiveUpRetainedSegmentsBeforeTheLogIsFull() throws IOException {
        retention = new LogRetention(0, 1L << 40);
        open();
        append(10 * FRAMES_A_SEGMENT);
        commitSinks();
        assertThat(log.oldestHeld()).as("kept").isEqualTo(1);
        disk.capacity(Long.MAX_VALUE - disk.usableSpace(FOLDER) + LogFixture.SMALL_SEGMENT);
        for (int i = 0; i < 20 * FRAMES_A_SEGMENT; i++) {
            Frame frame = fixture.frame(FRAME_BYTES);
            for (int tries = 0; !log.append(next, 0, 0, frame); tries++) {
                // As a journal does that is blocked.
                assertThat(tries).as("frame %d waits for room", i).isLessThan(1_000);
                if (log.couldRelease()) {
                    log.checkpoint();
                }
                fixture.nanos.addAndGet(10_000_000);
                log.preparer().doWork();
            }
            frame.release();
            next++;
            log.write();
            log.sync();
            commitSinks();
        }
        assertThat(log.oldestHeld()).isGreaterThan(1);
    }

    @Test
    void shouldSendUnderANewStreamWhereTheLogWasCopied_R12() throws IOException {
        want("audit", "oldest");
        open();
        StreamId first = cursor("audit").streamId();
        assertThat(first).isNotEqualTo(log.streamId());
        append(3);
        restart();
        assertThat(cursor("audit").streamId()).isEqualTo(first);
        disk.machineId("another");
        restart();
        assertThat(cursor("audit").streamId()).isNotEqualTo(first).isNotEqualTo(log.streamId());
        assertThat(cursor("audit").committed().floor()).isZero();
    }

    /** What the sinks have is not copied by a repair; a cursor further behind must not be led into a chain that ends. */
    @Test
    void shouldGoOnBehindARepairUnderANewStream_R12() throws IOException {
        want("audit", "oldest");
        open();
        append(6 * FRAMES_A_SEGMENT);
        log.state().committed().advanceTo(20);
        log.state().accepted(log.durable());
        log.state().delivered(20);
        log.sync();
        log.checkpointAndStop(next - 1);
        StreamId before = cursor("audit").streamId();
        log.close();
        Path second = FOLDER.resolve(Segment.nameOf(2));
        disk.flip(second, SegmentHeader.LENGTH + 10 * FRAME_BYTES, 3);
        LogPlace place = LogPlace.find(disk, FOLDER, null);
        assertThat(LogRepair.apply(disk, place, fixture.clocks, "r").isNeeded()).isTrue();
        open();
        assertThat(cursor("audit").committed().floor()).isZero();
        assertThat(cursor("audit").streamId()).isNotEqualTo(before);
        List<Long> read = readFrom(1);
        assertThat(read).hasSizeGreaterThan(4 * FRAMES_A_SEGMENT).endsWith(90L);
        append(2);
        commitSinks();
        assertThat(readFrom(91)).hasSize(2);
    }

    @Test
    void shouldLoseNothingThatACursorNeedsInPowerCuts_R10() throws IOException {
        want("audit", "oldest");
        want("late", "latest");
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            retention = random.nextBoolean() ? LogRetention.NONE : new LogRetention(0, 3 * LogFixture.SMALL_SEGMENT);
            if (log == null) {
                open();
            }
            long checkpointed = cursor("audit").committed().floor();
            long highest = checkpointed;
            boolean died = false;
            disk.dieAt(1 + random.nextInt(400));
            try {
                for (int round = 0; round < 40; round++) {
                    append(1 + random.nextInt(2 * FRAMES_A_SEGMENT));
                    advance(log.state().committed(), random);
                    advance(cursor("audit").committed(), random);
                    advance(cursor("late").committed(), random);
                    highest = cursor("audit").committed().floor();
                    log.checkpoint();
                    checkpointed = highest;
                    log.preparer().doWork();
                }
            } catch (IOException | IllegalStateException e) {
                died = true;
            }
            long durable = log.durable();
            appended.removeIf(sequence -> sequence > durable);
            disk.cutPower(new SplittableRandom(seed));
            log.close();
            disk.revive();
            open();
            assertThat(cursor("audit").committed().floor())
                    .as("seed %d, died %s: what a checkpoint calls committed for a cursor", seed, died)
                    .isBetween(checkpointed, highest);
            for (CursorState cursor : log.state().cursors().values()) {
                long from = cursor.committed().floor() + 1;
                Set<Long> read = new HashSet<>(readFrom(from));
                assertThat(appended.stream().filter(sequence -> sequence >= from && !read.contains(sequence)))
                        .as("seed %d, cursor %s from %d: lost", seed, cursor.name(), from)
                        .isEmpty();
            }
        }
    }

    private void advance(SequenceWindow window, Random random) {
        if (window.floor() < log.durable()) {
            window.advanceTo(window.floor() + 1 + random.nextInt((int) (log.durable() - window.floor())));
        }
    }
}
