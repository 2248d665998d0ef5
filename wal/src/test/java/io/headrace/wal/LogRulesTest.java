package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of the design that the log keeps by itself, each in the smallest story that breaks without it. */
@ParameterizedClass
@EnumSource
class LogRulesTest {
    private static final Path FOLDER = Path.of("log");

    private final SimulatedDisk storage = new SimulatedDisk();
    private final LogFixture fixture = new LogFixture(3);
    private final LogSettings settings;
    private WriteAheadLog log;

    LogRulesTest(LogSettings.Appender appender) {
        settings = LogFixture.settings(FOLDER, appender);
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

    private void kill() throws IOException {
        storage.kill();
        storage.revive();
        log.close();
        log = null;
    }

    private void cutPower() throws IOException {
        // All that may be lost is.
        storage.cutPower(() -> 0);
        storage.revive();
        log.close();
        log = null;
    }

    private void append(long first, long last) throws IOException {
        for (long sequence = first; sequence <= last; sequence++) {
            fixture.append(log, sequence, fixture.frame("frame " + sequence));
        }
        log.write();
    }

    private static List<String> frames(long first, long last) {
        List<String> frames = new ArrayList<>();
        for (long sequence = first; sequence <= last; sequence++) {
            frames.add(sequence + ":frame " + sequence);
        }
        return frames;
    }

    @Test
    void shouldNeverUseASequenceTwice_R4() throws IOException {
        open();
        long ceiling = log.ceiling();
        assertThat(ceiling).isGreaterThanOrEqualTo(SequenceCeiling.MIN_BLOCK);
        append(1, 5);
        assertThatThrownBy(() -> log.append(ceiling, 0, 0, fixture.frame("above")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ceiling");
        kill();
        open();
        // Frames between 5 and the ceiling may have been sent on without having been written.
        assertThat(log.nextSequence()).isGreaterThanOrEqualTo(ceiling);
        assertThat(log.lastSequence()).isEqualTo(5);
        cutPower();
        open();
        assertThat(log.nextSequence()).isGreaterThan(ceiling);
    }

    @Test
    void shouldRaiseTheCeilingBeforeItIsReached_R4() throws IOException {
        open();
        long ceiling = log.ceiling();
        append(1, 1);
        log.checkpoint();
        assertThat(log.ceiling()).isEqualTo(ceiling);
        log.used(ceiling - 10);
        assertThat(log.ceilingIsLow()).isTrue();
        log.checkpoint();
        assertThat(log.ceiling()).isGreaterThan(ceiling + SequenceCeiling.MIN_BLOCK - 20);
        assertThat(log.ceilingIsLow()).isFalse();
    }

    @Test
    void shouldSyncTheRestOfASegmentInWhichItWentOnBeforeItLeavesIt() throws IOException {
        open();
        append(1, 5);
        log.sync();
        log.checkpointAndStop(5);
        log.close();
        open();
        long sequence = 5;
        long segments = log.counters().segments();
        while (log.counters().segments() == segments) {
            append(++sequence, sequence);
        }
        log.sync();
        assertThat(log.durable()).isEqualTo(sequence);
        cutPower();
        open();
        assertThat(LogFixture.readAll(log, 1)).isEqualTo(frames(1, sequence));
    }

    @Test
    void shouldCountTheHoleAboveACrashAsCommitted_R4() throws IOException {
        open();
        append(1, 5);
        kill();
        open();
        long next = log.nextSequence();
        append(next, next + 1);
        for (long sequence = 1; sequence <= 4; sequence++) {
            log.state().commit(sequence);
        }
        assertThat(log.state().committed().floor()).isEqualTo(4);
        log.state().commit(5);
        assertThat(log.state().committed().floor()).isEqualTo(next - 1);
        log.state().commit(next);
        assertThat(log.state().committed().floor()).isEqualTo(next);
        assertThat(LogFixture.readAll(log, 1)).hasSize(7).endsWith(next + 1 + ":frame " + (next + 1));
    }

    @Test
    void shouldKnowHolesAfterFurtherCrashes_R4() throws IOException {
        long next = 1;
        List<Long> sequences = new ArrayList<>();
        for (int life = 0; life < 4; life++) {
            open();
            next = log.nextSequence();
            append(next, next);
            sequences.add(next);
            if (life == 2) {
                log.sync();
                log.state().accepted(3);
                log.checkpoint();
            }
            kill();
        }
        open();
        for (long sequence : sequences) {
            log.state().commit(sequence);
        }
        assertThat(log.state().committed().floor()).isEqualTo(log.nextSequence() - 1);
    }

    @Test
    void shouldGoOnWithTheNextSequenceAfterAnOrderlyStop() throws IOException {
        open();
        append(1, 5);
        assertThatThrownBy(() -> log.checkpointAndStop(5)).isInstanceOf(IllegalStateException.class);
        log.sync();
        log.state().accepted(5);
        log.checkpointAndStop(9);
        log.close();
        open();
        assertThat(log.nextSequence()).isEqualTo(10);
        assertThat(log.recovery().cleanStop()).isTrue();
        append(10, 12);
        kill();
        open();
        assertThat(log.recovery().cleanStop()).isFalse();
        assertThat(log.nextSequence()).isGreaterThan(12);
        assertThat(LogFixture.readAll(log, 4))
                .containsExactly("4:frame 4", "5:frame 5", "10:frame 10", "11:frame 11", "12:frame 12");
    }

    @Test
    void shouldFindInputsAndPositionsInTheLog_R7() throws IOException {
        open();
        InputKey file = new InputKey(InputKey.Kind.ORDERED, "file:1:2:3");
        InputKey link = new InputKey(InputKey.Kind.WINDOW, "link:abc");
        fixture.append(log, 1, 1, 40, InputFrames.input(fixture.builder, 1, file, 0));
        fixture.append(log, 2, 2, 0, InputFrames.input(fixture.builder, 2, link, 0));
        fixture.append(log, 3, 1, 100, fixture.frame("a"));
        fixture.append(log, 4, 2, 2, fixture.frame("b"));
        fixture.append(log, 5, 1, 200, InputFrames.mark(fixture.builder, 0));
        log.write();
        kill();
        open();
        LogState state = log.state();
        assertThat(state.nextInputNumber()).isEqualTo(3);
        assertThat(state.inputs().get(1).key()).isEqualTo(file);
        assertThat(state.inputs().get(1).position()).isEqualTo(200);
        assertThat(state.inputs().get(2).key()).isEqualTo(link);
        assertThat(state.inputs().get(2).position()).isZero();
        assertThat(state.inputs().get(2).window().isMarked(2)).isTrue();
        assertThat(state.accepted()).isEqualTo(2);
        kill();
        // From the checkpoint that opening wrote: the frames are below its tail.
        open();
        assertThat(log.state().nextInputNumber()).isEqualTo(3);
        assertThat(log.state().inputs().get(1).position()).isEqualTo(200);
        assertThat(log.state().accepted()).isEqualTo(2);
    }

    @Test
    void shouldSayThatAFramesInputIsUnknown() throws IOException {
        open();
        fixture.append(log, 1, 9, 100, fixture.frame("a"));
        log.write();
        kill();
        open();
        assertThat(log.recovery().unknownInputFrames()).isEqualTo(1);
        assertThat(LogFixture.readAll(log, 1)).containsExactly("1:a");
    }

    @Test
    void shouldRecordOnlyWhatIsDurable_R9() throws IOException {
        open();
        append(1, 5);
        log.sync();
        log.state().accepted(5);
        append(6, 10);
        log.checkpoint();
        assertThat(CheckpointStore.read(storage, FOLDER).durable()).isEqualTo(5);
        cutPower();
        open();
        // What was merely written is gone, and nothing says that it was there; unless it went around the cache.
        int last = settings.appender() == LogSettings.Appender.DIRECT ? 10 : 5;
        assertThat(LogFixture.readAll(log, 1)).isEqualTo(frames(1, last));
        assertThat(log.durable()).isEqualTo(last);
        assertThat(log.state().accepted()).isEqualTo(last);
    }

    @Test
    void shouldMakeDurableWhatItAcceptsBeforeItOpens_R10() throws IOException {
        open();
        append(1, 5);
        log.sync();
        log.state().accepted(5);
        log.checkpoint();
        append(6, 10);
        kill();
        // The page cache survived, so they are accepted; sinks may deliver them as soon as the log is open.
        open();
        assertThat(log.recovery().copiedFrames()).isEqualTo(5);
        assertThat(log.durable()).isEqualTo(10);
        cutPower();
        open();
        assertThat(LogFixture.readAll(log, 1)).isEqualTo(frames(1, 10));
    }

    @Test
    void shouldSurviveDyingAnywhereInTheCopy_R10() throws IOException {
        for (int call = 1; call < 60; call++) {
            open();
            long first = log.nextSequence();
            append(first, first + 4);
            log.sync();
            append(first + 5, first + 9);
            kill();
            storage.dieAt(call);
            boolean died = false;
            try {
                open();
            } catch (IOException e) {
                assertThat(storage.isDead()).as(e.toString()).isTrue();
                died = true;
                log = null;
            }
            if (died) {
                storage.revive();
            } else {
                kill();
            }
            open();
            assertThat(LogFixture.readAll(log, first)).isEqualTo(frames(first, first + 9));
            kill();
        }
    }

    @Test
    void shouldMakeEverySegmentOfACopyDurable_R10() throws IOException {
        open();
        List<String> texts = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            String text = "frame " + i + " ".repeat(30_000);
            texts.add(i + ":" + text);
            fixture.append(log, i, fixture.frame(text));
        }
        log.write();
        kill();
        open();
        assertThat(log.recovery().copiedFrames()).isEqualTo(30);
        cutPower();
        open();
        assertThat(LogFixture.readAll(log, 1)).isEqualTo(texts);
    }

    @Test
    void shouldFollowTheLaterOfTwoSegments_R11() throws IOException {
        open();
        append(1, 5);
        log.sync();
        log.state().accepted(5);
        log.checkpoint();
        Path segment = FOLDER.resolve(
                Segment.nameOf(CheckpointStore.read(storage, FOLDER).tailSegmentIndex()));
        for (int i = 6; i <= 40; i++) {
            fixture.append(log, i, fixture.frame(30_000));
        }
        log.write();
        for (int i = 0; i < 100; i++) {
            fixture.nanos.addAndGet(10_000_000);
            log.preparer().doWork();
        }
        kill();
        // The tear leaves whole segments behind it, one of which says that it follows the torn one.
        damage(segment, offsetOf(segment, 6) + 90);
        if (settings.appender() == LogSettings.Appender.DIRECT) {
            // What was written around the cache was durable when the log went on: this is no tear.
            assertThatThrownBy(this::open)
                    .isInstanceOf(LogDamagedException.class)
                    .hasMessageContaining("damaged at offset");
            return;
        }
        open();
        long next = log.nextSequence();
        append(next, next + 4);
        log.sync();
        kill();
        open();
        List<String> expected = new ArrayList<>(frames(1, 5));
        expected.addAll(frames(next, next + 4));
        assertThat(LogFixture.readAll(log, 1)).isEqualTo(expected);
    }

    @Test
    void shouldNeverJudgeWhatStandsBehindTheEndOfASegment_R11() throws IOException {
        open();
        append(1, 5);
        log.sync();
        log.state().accepted(5);
        log.checkpoint();
        append(6, 10);
        Path segment = FOLDER.resolve(
                Segment.nameOf(CheckpointStore.read(storage, FOLDER).tailSegmentIndex()));
        kill();
        // A torn tail: frame 6 did not reach the disk, 7 to 10 did, and stay there.
        damage(segment, offsetOf(segment, 6) + 90);
        open();
        assertThat(log.recovery().cutBytes()).isPositive();
        assertThat(LogFixture.readAll(log, 1)).isEqualTo(frames(1, 5));
        long next = log.nextSequence();
        append(next, next + 4);
        log.sync();
        append(next + 5, next + 9);
        kill();
        open();
        List<String> expected = new ArrayList<>(frames(1, 5));
        expected.addAll(frames(next, next + 9));
        assertThat(LogFixture.readAll(log, 1)).isEqualTo(expected);
    }

    @Test
    void shouldTakeANewStreamIdWhereItWasCopied_R12() throws IOException {
        open();
        StreamId original = log.streamId();
        append(1, 5);
        log.sync();
        log.state().accepted(5);
        log.checkpointAndStop(5);
        log.close();
        open();
        assertThat(log.streamId()).isEqualTo(original);
        assertThat(log.recovery().identityChanged()).isNull();
        kill();
        Path copy = Path.of("copy");
        storage.copyFolder(FOLDER, copy);
        try (WriteAheadLog copied =
                WriteAheadLog.open(LogFixture.settings(copy, settings.appender()), storage, fixture.clocks)) {
            assertThat(copied.streamId()).isNotEqualTo(original);
            assertThat(copied.recovery().identityChanged()).contains("inode");
            assertThat(LogFixture.readAll(copied, 1)).isEqualTo(frames(1, 5));
        }
        storage.machineId("another");
        open();
        assertThat(log.streamId()).isNotEqualTo(original);
        assertThat(log.recovery().identityChanged()).contains("machine id: another (expected: memory)");
        StreamId second = log.streamId();
        kill();
        storage.delete(FOLDER.resolve(LogIdentity.NAME));
        open();
        assertThat(log.streamId()).isNotEqualTo(second);
        assertThat(log.recovery().identityChanged()).contains("missing");
    }

    @Test
    void shouldRefuseToOpenWhenAcknowledgedDataIsDamaged() throws IOException {
        open();
        append(1, 5);
        log.sync();
        append(6, 10);
        kill();
        Path segment = FOLDER.resolve(Segment.nameOf(1));
        long offset = offsetOf(segment, 3);
        damage(segment, offset + 90);
        // Frame 6 says that 5 was durable when it was written.
        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining(Segment.nameOf(1))
                .hasMessageContaining("offset " + offset)
                .hasMessageContaining("above 2 are missing")
                .hasMessageContaining("durable sequence 5")
                .hasMessageEndingWith("headrace wal repair log");
        // Nothing was changed: it is still refused, and sound again when the byte is.
        assertThatThrownBy(this::open).isInstanceOf(LogDamagedException.class);
        damage(segment, offset + 90);
        open();
        assertThat(LogFixture.readAll(log, 1)).isEqualTo(frames(1, 10));
    }

    @Test
    void shouldRefuseToOpenWhenASegmentOfTheBacklogIsMissing() throws IOException {
        open();
        for (int i = 1; i <= 40; i++) {
            fixture.append(log, i, fixture.frame(30_000));
            log.write();
        }
        log.sync();
        log.checkpoint();
        kill();
        storage.delete(FOLDER.resolve(Segment.nameOf(2)));
        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining(Segment.nameOf(2))
                .hasMessageEndingWith("headrace wal repair log");
    }

    @Test
    void shouldReportDamageInTheBacklogWhenItIsRead() throws IOException {
        open();
        append(1, 10);
        log.sync();
        log.checkpoint();
        kill();
        Path segment = FOLDER.resolve(Segment.nameOf(1));
        damage(segment, offsetOf(segment, 3) + 90);
        open();
        assertThatThrownBy(() -> LogFixture.readAll(log, 1))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining("after sequence 2")
                .hasMessageContaining("checksum");
    }

    @Test
    void shouldFailForGoodWhenASyncFails() throws IOException {
        open();
        append(1, 5);
        storage.faults((call, path) -> call == SimulatedDisk.Call.SYNC);
        assertThatIOException().isThrownBy(log::sync).withMessageContaining("Input/output error");
        storage.faults((call, path) -> false);
        assertThat(log.durable()).isZero();
        assertThatIOException().isThrownBy(log::sync).withMessageContaining("failed before");
        assertThatIOException().isThrownBy(log::checkpoint).withMessageContaining("failed before");
        assertThatIOException()
                .isThrownBy(() -> log.append(6, 0, 0, fixture.frame("x")))
                .withMessageContaining("failed before");
        log.close();
        open();
        assertThat(LogFixture.readAll(log, 1)).isEqualTo(frames(1, 5));
    }

    @Test
    void shouldRefuseAFolderOfFlume() throws IOException {
        storage.createFolders(FOLDER);
        for (String name : List.of("log-3", "log-3.meta", "in_use.lock", "checkpoint.meta")) {
            storage.open(FOLDER.resolve(name), Storage.OpenMode.CREATE).close();
            assertThatIOException().isThrownBy(this::open).withMessageContaining(name + ", a file of Flume");
            storage.delete(FOLDER.resolve(name));
        }
        open();
    }

    @Test
    void shouldRefuseASegmentOfALaterVersion() throws IOException {
        open();
        append(1, 1);
        kill();
        Path segment = FOLDER.resolve(Segment.nameOf(1));
        try (StorageFile file = storage.open(segment, Storage.OpenMode.WRITE)) {
            SegmentHeader header = SegmentHeader.read(file, segment);
            file.write(new SegmentHeader(2, header.tag(), header.streamId(), 1, header.size(), null).encode(), 0);
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(LogVersionException.class)
                .hasMessageContaining("version 2 (expected: 1)");
    }

    @Test
    void shouldRefuseASecondLogInTheSameFolder() throws IOException {
        open();
        assertThatIOException()
                .isThrownBy(() -> WriteAheadLog.open(settings, storage, fixture.clocks))
                .withMessageContaining("locked");
    }

    private void damage(Path path, long offset) throws IOException {
        try (StorageFile file = storage.open(path, Storage.OpenMode.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, offset);
            one.put(0, (byte) ~one.get(0)).flip();
            file.write(one, offset);
        }
    }

    private long offsetOf(Path path, long sequence) throws IOException {
        try (StorageFile file = storage.open(path, Storage.OpenMode.READ)) {
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
