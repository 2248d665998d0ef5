package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups that are written beside the journal count in their order, and only once they are written. */
class GroupWriterTest {
    private static final Path FOLDER = Path.of("log");

    private final LogFixture fixture = new LogFixture(9);
    private final SimulatedDisk disk = new SimulatedDisk(9);
    private final LogSettings settings = LogFixture.settings(FOLDER, LogSettings.Appender.DIRECT);
    private WriteAheadLog log;
    private List<GroupWriter> writers;
    private long handed = 12;

    @BeforeEach
    void open() throws IOException {
        log = WriteAheadLog.open(settings, disk, fixture.clocks);
        writers = log.newGroupWriters();
        append(1, 3);
        assertThat(log.write()).isEqualTo(3);
        log.sync();
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    @Test
    void shouldMoveMilestonesInOrderOnceGroupsAreWritten() throws IOException {
        handOverTwo();
        assertThat(log.isBusyBeside()).isTrue();
        assertThat(log.settle()).isZero();
        assertThat(log.written()).isEqualTo(3);
        assertThat(writers.get(0).doWork()).isEqualTo(1);
        // The later group went first.
        assertThat(log.settle()).isZero();
        assertThat(log.durable()).isEqualTo(3);
        assertThat(LogFixture.readAll(log, 1)).hasSize(3);
        assertThat(writers.get(1).doWork()).isEqualTo(1);
        assertThat(log.settle()).isEqualTo(6);
        assertThat(log.written()).isEqualTo(9);
        assertThat(log.durable()).isEqualTo(9);
        assertThat(log.isWritingBeside()).isFalse();
        assertThat(LogFixture.readAll(log, 1)).hasSize(9);
        assertThat(writers.get(0).doWork()).isZero();
    }

    @Test
    void shouldLeaveToTheJournalWhatIsTooMuch() throws IOException {
        handOverTwo();
        append(10, 12);
        assertThat(log.isBusyBeside()).isTrue();
        assertThat(log.isFullBeside()).isFalse();
        assertThat(log.writeBeside()).isTrue();
        assertThat(log.isFullBeside()).isTrue();
        append(13, 15);
        assertThat(log.writeBeside()).isFalse();
        assertThat(log.isStaging()).isTrue();
        assertThat(log.write()).isEqualTo(12);
        assertThat(log.written()).isEqualTo(15);
    }

    @Test
    void shouldGoOnWithTheGroupThatWaitsWithoutTheJournal() throws IOException {
        handOverTwo();
        append(10, 12);
        assertThat(log.writeBeside()).isTrue();
        GroupWriter first = writers.get(0);
        assertThat(first.doWork()).isEqualTo(1);
        assertThat(first.doWork()).isEqualTo(1);
        assertThat(first.doWork()).isEqualTo(1);
        assertThat(first.doWork()).isZero();
        assertThat(log.settle()).isEqualTo(9);
        assertThat(log.durable()).isEqualTo(12);
        assertThat(LogFixture.readAll(log, 1)).hasSize(12);
    }

    @Test
    void shouldWakeAWriterThatDoesNotWrite() throws IOException {
        int[] woken = new int[2];
        writers.get(0).onDemand(() -> woken[0]++);
        writers.get(1).onDemand(() -> woken[1]++);
        handOverTwo();
        assertThat(woken).containsExactly(1, 1);
        writers.get(0).doWork();
        writers.get(1).doWork();
        log.settle();
        // One is in the middle of a write when the next group comes: the other one is told, whoever's turn it is.
        append(10, 12);
        log.writeBeside();
        for (GroupWriter busy : writers) {
            int idle = 1 - writers.indexOf(busy);
            int before = woken[idle];
            disk.faults((call, path) -> {
                if (call == SimulatedDisk.Call.WRITE_THROUGH && busy.isWriting() && woken[idle] == before) {
                    handOverOne();
                }
                return false;
            });
            busy.doWork();
            disk.faults((call, path) -> false);
            assertThat(woken[idle]).isGreaterThan(before);
            log.settle();
        }
    }

    @Test
    void shouldSyncASegmentsHeaderWithTheFirstGroup() throws IOException {
        long segments = log.counters().segments();
        long sequence = 4;
        while (log.counters().segments() == segments) {
            fixture.append(log, sequence++, fixture.frame(20_000));
        }
        log.writeBeside();
        log.settle();
        assertThat(log.durable()).isEqualTo(sequence - 2);
        assertThat(log.isWritingBeside()).isTrue();
        writers.get(0).doWork();
        log.settle();
        assertThat(log.durable()).isEqualTo(sequence - 1);
        disk.cutPower(new SplittableRandom(1));
        disk.revive();
        log = WriteAheadLog.open(settings, disk, fixture.clocks);
        assertThat(log.lastSequence()).isEqualTo(sequence - 1);
    }

    @Test
    void shouldWriteItselfWhatNoWriterBegan() throws IOException {
        handOverTwo();
        log.sync();
        assertThat(log.durable()).isEqualTo(9);
        assertThat(writers.get(0).doWork()).isZero();
        log.close();
        disk.cutPower(new SplittableRandom(1));
        disk.revive();
        log = WriteAheadLog.open(settings, disk, fixture.clocks);
        assertThat(LogFixture.readAll(log, 1)).hasSize(9);
    }

    @Test
    void shouldTakeALaterGroupBehindAGapForATornTail() throws IOException {
        handOverTwo();
        writers.get(0).doWork();
        disk.cutPower(new SplittableRandom(1));
        disk.revive();
        log = WriteAheadLog.open(settings, disk, fixture.clocks);
        assertThat(LogFixture.readAll(log, 1)).hasSize(3);
        assertThat(log.recovery().cutBytes()).isPositive();
        assertThat(log.durable()).isEqualTo(3);
    }

    @Test
    void shouldFailTheLogWhenAWriteBesideFails() throws IOException {
        handOverTwo();
        disk.faults((call, path) -> call == SimulatedDisk.Call.WRITE_THROUGH);
        writers.get(0).doWork();
        writers.get(1).doWork();
        disk.faults((call, path) -> false);
        assertThatThrownBy(log::settle).isInstanceOf(IOException.class).hasMessageContaining("beside");
        assertThat(log.durable()).isEqualTo(3);
        assertThatThrownBy(log::sync).isInstanceOf(IOException.class).hasMessageContaining("failed before");
    }

    @Test
    void shouldNotStopWithGroupsOnTheirWay() throws IOException {
        handOverTwo();
        assertThatThrownBy(() -> log.checkpointAndStop(9))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("durable: 3 (expected: 9, all of it)");
        log.sync();
        log.checkpointAndStop(9);
    }

    @Test
    void shouldCheckpointNoMoreThanIsDurable() throws IOException {
        handOverTwo();
        writers.get(0).doWork();
        log.checkpoint();
        disk.cutPower(new SplittableRandom(1));
        disk.revive();
        log = WriteAheadLog.open(settings, disk, fixture.clocks);
        assertThat(LogFixture.readAll(log, 1)).hasSize(3);
    }

    @Test
    void shouldTakeMemoryForGroupsBesideOnlyOnceTheyAreUsed() throws IOException {
        DirectAppender appender = new DirectAppender(path -> null, SegmentAppender.GROUP_BYTES);
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
        long before = direct.getTotalCapacity();
        assertThat(appender.newWriters()).hasSize(2);
        assertThat(direct.getTotalCapacity() - before).isLessThan(SegmentAppender.GROUP_BYTES);
        appender.close();
    }

    @Test
    void shouldSettleAllBeforeItGoesOnInAnotherSegment() throws IOException {
        long sequence = 4;
        long segments = log.counters().segments();
        while (log.counters().segments() == segments) {
            fixture.append(log, sequence++, fixture.frame(20_000));
            if (log.counters().segments() == segments) {
                log.writeBeside();
            }
        }
        assertThat(log.written()).isEqualTo(sequence - 2);
        assertThat(log.isWritingBeside()).isFalse();
        log.sync();
        assertThat(log.durable()).isEqualTo(sequence - 1);
        long last = 0;
        try (LogReader reader = log.newReader()) {
            reader.seek(1);
            for (var frame = reader.next(); frame != null; frame = reader.next()) {
                assertThat(reader.sequence()).isEqualTo(++last);
                frame.release();
            }
        }
        assertThat(last).isEqualTo(sequence - 1);
    }

    private void handOverTwo() throws IOException {
        append(4, 6);
        assertThat(log.writeBeside()).isTrue();
        append(7, 9);
        assertThat(log.writeBeside()).isTrue();
    }

    private void handOverOne() {
        long next = ++handed;
        try {
            fixture.append(log, next, fixture.frame("frame " + next));
            assertThat(log.writeBeside()).isTrue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void append(long from, long to) throws IOException {
        for (long sequence = from; sequence <= to; sequence++) {
            fixture.append(log, sequence, fixture.frame("frame " + sequence));
        }
    }
}
