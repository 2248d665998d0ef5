package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A segment that was left before it was synced, and groups that go to the disk by themselves behind it. */
class UnsyncedSegmentTest {
    private static final LogSettings SETTINGS = LogFixture.settings(Path.of("log"), LogSettings.Appender.DIRECT);

    private final LogFixture fixture = new LogFixture(9);
    private final SimulatedDisk disk = new SimulatedDisk(9);
    private WriteAheadLog log;

    @AfterEach
    void close() throws IOException {
        log.close();
        fixture.close();
    }

    /** Its frames went around the cache, but not the link by which recovery finds it. */
    @Test
    void shouldCallNothingDurableBehindASegmentThatIsNotSynced() throws IOException {
        log = WriteAheadLog.open(SETTINGS, disk, fixture.clocks);
        List<GroupWriter> writers = log.newGroupWriters();
        fixture.append(log, 1, fixture.frame(20_000));
        log.write();
        log.sync();
        long sequence = 1;
        long segments = log.counters().segments();
        while (log.counters().segments() < segments + 2) {
            fixture.append(log, ++sequence, fixture.frame(20_000));
            log.write();
        }
        fixture.append(log, ++sequence, fixture.frame(20_000));
        boolean beside = log.writeBeside();
        writers.forEach(GroupWriter::doWork);
        log.settle();
        long durable = log.durable();

        // All that may be lost is.
        disk.cutPower(() -> 0);
        disk.revive();
        log = WriteAheadLog.open(SETTINGS, disk, fixture.clocks);
        assertThat(log.lastSequence()).isGreaterThanOrEqualTo(durable);
        assertThat(beside).isFalse();
    }

    @Test
    void shouldHandGroupsOverAgainOnceTheSegmentIsSynced() throws IOException {
        log = WriteAheadLog.open(SETTINGS, disk, fixture.clocks);
        List<GroupWriter> writers = log.newGroupWriters();
        long sequence = 0;
        long segments = log.counters().segments();
        while (log.counters().segments() < segments + 2) {
            fixture.append(log, ++sequence, fixture.frame(20_000));
            log.write();
        }
        log.sync();
        fixture.append(log, ++sequence, fixture.frame(20_000));
        assertThat(log.writeBeside()).isTrue();
        writers.forEach(GroupWriter::doWork);
        log.settle();
        disk.cutPower(() -> 0);
        disk.revive();
        log = WriteAheadLog.open(SETTINGS, disk, fixture.clocks);
        assertThat(log.lastSequence()).isEqualTo(sequence);
    }
}
