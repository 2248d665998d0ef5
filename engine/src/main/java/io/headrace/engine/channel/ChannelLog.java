package io.headrace.engine.channel;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.CursorState;
import io.headrace.wal.GroupWriter;
import io.headrace.wal.LogClocks;
import io.headrace.wal.LogSettings;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.LogState;
import io.headrace.wal.RecoveryReport;
import io.headrace.wal.StreamId;
import io.headrace.wal.SyncMode;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A channel's log with the duty cycles beside the journal: the reader, the preparer and, where groups go around the page
 * cache, those that write them. Only these touch its files (R1).
 */
final class ChannelLog {
    private final WriteAheadLog log;
    private DualChannel channel;
    private LogWriter writer;
    private DutyRunner.Running reader;
    private DutyRunner.Running preparer;
    private List<GroupWriter> writers = List.of();
    private final List<DutyRunner.Running> runningWriters = new ArrayList<>();

    private ChannelLog(WriteAheadLog log) {
        this.log = log;
    }

    /** Opens or creates the log; recovery runs on a thread that nobody interrupts. */
    static ChannelLog open(ChannelSettings settings, ChannelEnvironment environment) throws IOException {
        LogSettings logSettings = new LogSettings(
                settings.dataFolders(),
                settings.checkpointFolder(),
                settings.segmentBytes(),
                settings.maxFrameLength(),
                settings.appender(),
                settings.reserveBytes(),
                settings.keeping().retention(),
                settings.keeping().cursors(),
                settings.groupBytes());
        LogClocks clocks = new LogClocks(environment.nanoClock(), environment.epochClock(), environment.random());
        try {
            return environment
                    .runner()
                    .call(
                            "channel-" + settings.name() + "-open",
                            () -> new ChannelLog(WriteAheadLog.open(logSettings, environment.storage(), clocks)));
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("opening the log failed: " + e.getMessage(), e);
        }
    }

    long nextSequence() {
        return log.nextSequence();
    }

    StreamId streamId() {
        return log.streamId();
    }

    /** Frames in the log up to here survive a power cut; any thread. */
    long durable() {
        return log.durable();
    }

    LogState state() {
        return log.state();
    }

    Appender appender() {
        return log.appender();
    }

    RecoveryReport recovery() {
        return log.recovery();
    }

    RecoveredLog recovered() {
        return new RecoveredLog(
                ReplayCursor.copy(log.state().committed()),
                log.lastSequence(),
                log.recovery().cleanStop());
    }

    ReplayCursor cursor(DualChannel owner, CursorState state) {
        return new ReplayCursor(owner, state, log.lastSequence(), log.recovery().cleanStop());
    }

    List<String> cursorNotes() {
        return log.cursorNotes();
    }

    /** Bytes of frames in segments that hold something above a sequence; any thread. */
    long bytesAbove(long sequence) {
        return log.bytesAbove(sequence);
    }

    LogWriter writer(DualChannel owner) {
        writer = new LogWriter(owner, log);
        return writer;
    }

    void attach(DualChannel owner, Journal journal) {
        channel = owner;
        writer.attach(journal);
    }

    void registerGauges(MetricGroup group) {
        group.gauge("LogBacklogBytes", log::backlogBytes);
        group.gauge("LogSegmentCount", log.counters()::segments);
        group.gauge("LogBytesCopied", log.counters()::bytesCopied);
        group.doubleGauge("FramesPerSync", () -> perSync(channel.metrics().framesWritten));
        group.doubleGauge("BytesPerSync", () -> perSync(channel.metrics().bytesWritten));
        group.gauge("Spilling", () -> channel.admission().isSpilling() ? 1 : 0);
    }

    /** On average since the channel was opened; 0 before the first sync. */
    private double perSync(Counter counted) {
        long syncs = channel.metrics().syncs.get();
        return syncs == 0 ? 0 : (double) counted.get() / syncs;
    }

    /** Why the log cannot grow; null when it can. */
    String waitingFor() {
        return log.preparer().waitingFor();
    }

    void start() {
        DutyRunner runner = channel.environment().runner();
        preparer = runner.start(new SegmentPreparing(channel, log.preparer()));
        log.preparer().onDemand(preparer::wake);
        reader = runner.start(new LogReading(
                "channel-" + channel.name() + "-reader",
                channel,
                channel.sinks(),
                channel.takeSide(),
                log.newReader()));
        channel.cursors().forEach(cursor -> cursor.start(log.newReader()));
        if (channel.settings().sync().kind() == SyncMode.Kind.ALWAYS) {
            writers = log.newGroupWriters();
        }
    }

    /** After the journal, which may have handed groups over by then. */
    void startWriters() {
        for (GroupWriter writer : writers) {
            writer.onWritten(channel::wakeJournal);
            int number = runningWriters.size() + 1;
            DutyRunner.Running running =
                    channel.environment().runner().start(new GroupWriting(channel.name(), number, writer));
            writer.onDemand(running::wake);
            // It may have looked for groups before anybody could tell it of one.
            running.wake();
            runningWriters.add(running);
        }
    }

    void stopWriters() {
        runningWriters.forEach(DutyRunner.Running::stop);
    }

    void wakeReader() {
        DutyRunner.Running running = reader;
        if (running != null) {
            running.wake();
        }
    }

    void stopReader() {
        if (reader != null) {
            reader.stop();
        }
    }

    void stopPreparer() {
        if (preparer != null) {
            preparer.stop();
        }
    }

    /** After reader, journal and preparer have ended. */
    void close() throws IOException {
        log.close();
    }
}
