package io.headrace.tools.bench;

import io.headrace.engine.channel.DutyRunner.Running;
import io.headrace.engine.channel.ThreadDutyRunner;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameType;
import io.headrace.wal.FileStorage;
import io.headrace.wal.GroupWriter;
import io.headrace.wal.LogClocks;
import io.headrace.wal.LogDamagedException;
import io.headrace.wal.LogReader;
import io.headrace.wal.LogSettings;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The log alone, as a channel's journal drives it: producers hand frames to a {@link LogJournal}. At the end the log is
 * opened again and what it still holds is read back and verified.
 */
final class WalCourse implements Course {
    private final Consumer<Path> beforeReadBack;
    private final ProducerIds ids;
    private final LogSettings logSettings;
    private final WriteAheadLog log;
    private final LogJournal journal;
    private final List<Running> running = new ArrayList<>();
    private final Running journalRunning;
    private boolean closed;

    WalCourse(BenchSettings settings, ProducerIds ids, BenchFolder folder) throws IOException {
        this(settings, ids, folder, stopped -> {});
    }

    /**
     * @param beforeReadBack is given the folder of the log when that has been closed, to damage it on purpose
     */
    WalCourse(BenchSettings settings, ProducerIds ids, BenchFolder folder, Consumer<Path> beforeReadBack)
            throws IOException {
        this.beforeReadBack = beforeReadBack;
        this.ids = ids;
        Path path = Files.createDirectory(folder.resolve("log"));
        logSettings = new LogSettings(
                        List.of(path),
                        path,
                        LogSettings.DEFAULT_SEGMENT_BYTES,
                        FrameLayout.maxFrameLength(
                                Math.max(settings.size(), FrameLayout.MAX_FRAME_BYTES), FrameLayout.MAX_FRAME_BYTES),
                        settings.appenderMode(),
                        BenchFolder.RESERVE_BYTES)
                .withGroupBytes(settings.groupBytes());
        log = WriteAheadLog.open(logSettings, new FileStorage(), LogClocks.system());
        journal = new LogJournal(log, settings.syncMode(), settings.inFlightFrames(), settings.producers());
        ThreadDutyRunner runner = new ThreadDutyRunner(WalCourse::daemon, settings.waitStrategy());
        journalRunning = runner.start(journal);
        journal.attach(journalRunning::wake);
        Running preparing = runner.start(LogJournal.preparing(log, journalRunning::wake));
        log.preparer().onDemand(preparing::wake);
        running.add(preparing);
        for (GroupWriter writer : log.newGroupWriters()) {
            Running writing = runner.start(LogJournal.writing(writer));
            writer.onDemand(writing::wake);
            writer.onWritten(journalRunning::wake);
            running.add(writing);
        }
    }

    @Override
    public Entry newEntry() {
        return journal.newEntry();
    }

    @Override
    public Arrivals arrivals() {
        return journal.arrivals();
    }

    @Override
    public void checkFailure() {
        journal.checkFailure();
    }

    @Override
    public String waitingFor() {
        return log.preparer().waitingFor();
    }

    @Override
    public void finish(Sent sent, Report report) throws Exception {
        stop();
        long frames = log.counters().frames();
        long bytes = log.counters().bytes();
        report.check(
                frames == sent.frames() && bytes >= sent.frameBytes(),
                String.format(
                        Locale.ROOT,
                        "%,d frames of %,d put are in the log, %,d bytes of %,d",
                        frames,
                        sent.frames(),
                        bytes,
                        sent.frameBytes()));
        report.check(
                journal.arrivals().events() == sent.events(),
                String.format(
                        Locale.ROOT,
                        "%,d events of %,d acknowledged",
                        journal.arrivals().events(),
                        sent.events()));
        beforeReadBack.accept(logSettings.dataFolders().get(0));
        ArrivalCheck check = new ArrivalCheck(ids);
        try {
            readBack(check);
        } catch (LogDamagedException e) {
            report.faults().add(e.getMessage());
        }
        long held = journal.lastSequence() - journal.floor();
        check.reportFaults(
                report,
                String.format(
                        Locale.ROOT,
                        "log opened anew: the last %,d frames are there, order and checksums hold",
                        check.frames()));
        report.check(
                check.frames() == held,
                String.format(Locale.ROOT, "%,d frames read back of %,d that the log held", check.frames(), held));
    }

    private void readBack(ArrivalCheck check) throws IOException {
        boolean[] begun = new boolean[ids.count()];
        try (WriteAheadLog reopened = WriteAheadLog.open(logSettings, new FileStorage(), LogClocks.system())) {
            long floor = reopened.state().committed().floor();
            try (LogReader reader = reopened.newReader()) {
                reader.seek(floor + 1);
                for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                    int producer = ids.indexOf(frame.producerId());
                    if (frame.type() == FrameType.DATA && producer >= 0 && !begun[producer]) {
                        begun[producer] = true;
                        check.expect(producer, frame.firstEventNumber());
                    }
                    check.verify(frame);
                    frame.release();
                }
            }
        }
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("logBytes", log.counters().bytes());
        counters.put("logFrames", log.counters().frames());
        counters.put("logGroups", log.counters().groups());
        counters.put("logSyncs", log.counters().syncs());
        return counters;
    }

    /** The journal first, which the others work for; then the log, with what it holds synced. */
    private void stop() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            journalRunning.stop();
            running.forEach(Running::stop);
            journal.checkFailure();
            journal.lastCheckpoint();
        } finally {
            log.close();
        }
    }

    @Override
    public void close() throws IOException {
        stop();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }
}
