package io.headrace.engine.sink.roll;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.serializer.Serializers;
import io.headrace.engine.spi.EventSerializer;
import io.headrace.engine.spi.GroupingSink;
import io.headrace.engine.spi.SinkContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events into files; settings are those of {@link FileRollSettings}.
 *
 * <p>A file is named {@code <prefix>[<partition>-]<start millis>-<index>[.<extension>]}, where the start is that of the
 * series of files and the partition is the {@link PartitionName} of the header's value; with the path manager {@code
 * rolltime} the local time at which the file was begun stands in place of the start. While it is in progress {@code
 * .<series>-<index>.open} follows, with 16 hexadecimal digits for the series. A file is begun with its first event,
 * completed {@code sink.rollInterval} later and at an orderly stop, and never changes after that; so there are no empty
 * ones, which Flume makes when it rolls with nothing to write. Read in the order of their indexes, the files of a
 * partition hold its events in order. No file replaces another one: where the final name is taken, by a second sink with
 * the same folder and prefix, say, {@code .<series>} stands before the extension.
 *
 * <p>However many values the partition header has, {@code sink.maxOpenFiles} are held open and {@code
 * sink.maxFilesInProgress} are in progress when a delivery begins; those not written for longest are closed, and completed.
 *
 * <p>With a channel that keeps tokens each event is written once, whoever is killed (R8): output is synced before
 * its leases are committed, the token with all lengths is committed with the lease, the first one is durable before the
 * first file exists, and a start cuts the output to what the token says, going on in the same files. A file gets its
 * final name only when a checkpoint says that nothing more will be written to it. With other channels an event may be
 * written twice, each start begins a new series, and what an earlier life left in progress stays as it is.
 *
 * <p>While frames wait several leases are written and synced together, and each is committed with its own token. A delivery
 * that fails names path and cause; what it wrote is cut off before the next one. Owned by one thread, except
 * that {@link #stop()} may come from another one when deliveries have ended, or to end one that waits for a checkpoint.
 */
public final class FileRollSink implements GroupingSink {
    private static final Logger LOG = LoggerFactory.getLogger(FileRollSink.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int LOOKS = 5_000;
    private static final byte[] UNFINISHED = {};

    /** What a sync may cover: enough that it costs little of the time, little enough to come again quickly. */
    private static final long GROUP_BYTES = 8L * 1024 * 1024;

    private final SinkContext context;
    private final FileRollSettings settings;
    private final ChannelConsumer consumer;
    private final EventSerializer serializer;
    private final RollCounters counters;
    private final EpochClock clock;
    private final NanoClock nanoClock;
    private final Object delivering = new Object();

    private OutputSeries output;
    private LeaseWriter writer;
    private long firstVersion;
    private long rolledVersion;
    private boolean unsettled;
    /** The last group was synced: whether its leases are committed is not decided here any more. */
    private boolean synced;
    /** Of the leases of the last group, in order; {@link #UNFINISHED} for one whose write failed. */
    private final List<byte[]> proposed = new ArrayList<>();

    private volatile boolean stopping;
    private volatile int openFiles;

    public FileRollSink(SinkContext context) {
        this.context = context;
        settings = context.settings(FileRollSettings.class);
        consumer = context.consumer();
        serializer =
                Serializers.create(context, "sink.serializer", settings.serializer(), settings.serializerSettings());
        counters = new RollCounters(context.metrics());
        clock = context.epochClock();
        nanoClock = context.nanoClock();
        context.metrics().gauge("OpenFileCount", () -> openFiles);
    }

    @Override
    public int maxBatchEvents() {
        return settings.batchSize();
    }

    @Override
    public long maxBatchBytes() {
        return settings.maxBatchBytes();
    }

    @Override
    public void start() throws IOException {
        synchronized (delivering) {
            RollFolder folder = new RollFolder(Path.of(settings.directory()).toAbsolutePath());
            byte[] recovered = consumer.keepsTokens() ? consumer.recoveredToken() : null;
            RollToken token = recovered == null ? null : RollToken.decode(recovered);
            if (token != null && token.folder().equals(folder.path().toString())) {
                output = OutputSeries.recover(settings, folder, counters, token);
                if (output.hasRolled()) {
                    // In a later life of the sink in the same process no checkpoint may hold that token yet.
                    noteRolled();
                }
            } else {
                if (token != null) {
                    endSeriesElsewhere(token);
                }
                output = new OutputSeries(settings, folder, counters, context.randomLong(), clock.time());
                firstVersion = consumer.keepsTokens() ? consumer.saveToken(token()) : 0;
            }
            writer = new LeaseWriter(serializer, settings.partitionHeader().orElse(null), output, counters);
            context.healthy("writing to " + folder.path());
        }
    }

    @Override
    public long maxGroupBytes() {
        return GROUP_BYTES;
    }

    @Override
    public byte[] deliver(Lease lease) throws IOException {
        byte[] token = write(lease, true);
        sync();
        return token;
    }

    @Override
    public byte[] write(Lease lease, boolean first) throws IOException {
        synchronized (delivering) {
            try {
                requireStarted();
                if (first) {
                    beginGroup();
                }
                unsettled = true;
                if (!consumer.keepsTokens()) {
                    writer.write(lease, clock.time());
                    return null;
                }
                int at = proposed.size();
                proposed.add(UNFINISHED);
                writer.write(lease, clock.time());
                byte[] token = token();
                proposed.set(at, token);
                return token;
            } catch (IOException | RuntimeException e) {
                counters.failed.increment();
                throw e;
            }
        }
    }

    @Override
    public void sync() throws IOException {
        synchronized (delivering) {
            try {
                requireStarted();
                long began = nanoClock.nanoTime();
                output.sync();
                counters.syncTime.recordMicros(TimeUnit.NANOSECONDS.toMicros(nanoClock.nanoTime() - began));
                openFiles = output.openFiles();
                if (consumer.keepsTokens()) {
                    synced = true;
                } else {
                    output.accept();
                    unsettled = false;
                }
            } catch (IOException | RuntimeException e) {
                counters.failed.increment();
                throw e;
            }
        }
    }

    @Override
    public void idle() throws IOException {
        synchronized (delivering) {
            maintain();
        }
    }

    /** Rolls all files and completes them as soon as a checkpoint covers that; waits for it for 5 s at most. */
    @Override
    public void stop() {
        stopping = true;
        synchronized (delivering) {
            if (output == null) {
                return;
            }
            try {
                if (mayBeCommittedYet()) {
                    LOG.warn(
                            "{}: stopped before a delivery was committed: files stay in progress, the next start completes them",
                            settings.directory());
                    return;
                }
                settle();
                output.rollDue(Long.MAX_VALUE, Long.MIN_VALUE);
                noteRolled();
                if (isCheckpointed(rolledVersion) || awaitCheckpoint(rolledVersion)) {
                    output.completeRolled(rolledVersion);
                } else {
                    LOG.warn("{}: files stay in progress, the next start completes them", settings.directory());
                }
            } catch (IOException | RuntimeException e) {
                LOG.warn("{}: files stay in progress, the next start completes them", settings.directory(), e);
            } finally {
                release();
            }
        }
    }

    private void release() {
        try {
            output.close();
        } catch (IOException e) {
            LOG.warn("{}: close: {}", settings.directory(), e.toString());
        }
        writer.close();
        output = null;
        openFiles = 0;
    }

    private void requireStarted() throws IOException {
        if (output == null) {
            throw new IOException(settings.directory() + ": sink is stopped (expected: started)");
        }
    }

    private void beginGroup() throws IOException {
        if (!isCheckpointed(firstVersion)) {
            awaitFirstToken();
        }
        maintain();
    }

    /** What is due between deliveries. */
    private void maintain() throws IOException {
        settle();
        if (output.hasRolled()) {
            output.completeRolled(consumer.keepsTokens() ? consumer.checkpointedTokenVersion() : rolledVersion);
        }
        if (output.rollSurplus()) {
            noteRolled();
        }
        long intervalMillis = settings.rollInterval().toMillis();
        if (intervalMillis > 0 && output.rollDue(clock.time(), intervalMillis)) {
            noteRolled();
        }
        openFiles = output.openFiles();
    }

    /**
     * Whether the thread that delivers may be about to commit: it was not waited for any longer, and went on since. What
     * is cut off then would be lost; the next start knows the token.
     */
    private boolean mayBeCommittedYet() {
        return unsettled && synced && lastCommitted(consumer.recoveredToken()) < proposed.size() - 1;
    }

    /** Which lease of the last group brought this token, the last one where several did; -1 for none. */
    private int lastCommitted(byte[] token) {
        int last = proposed.size() - 1;
        while (last >= 0 && !Arrays.equals(proposed.get(last), token)) {
            last--;
        }
        return last;
    }

    /** Finds out what became of the last group: what was not committed is cut off. */
    private void settle() throws IOException {
        if (!unsettled) {
            return;
        }
        byte[] committed = proposed.isEmpty() ? null : consumer.recoveredToken();
        int last = lastCommitted(committed);
        if (last < 0) {
            output.cutBack();
        } else if (last == proposed.size() - 1) {
            output.accept();
        } else {
            output.cutBackTo(RollToken.decode(committed));
        }
        proposed.clear();
        unsettled = false;
        synced = false;
    }

    /** Files may be completed when a checkpoint holds the token that says they are rolled. */
    private void noteRolled() {
        if (consumer.keepsTokens()) {
            rolledVersion = consumer.saveToken(token());
        }
        output.noteRolled(rolledVersion);
    }

    private byte[] token() {
        return output.token().encode();
    }

    private boolean isCheckpointed(long version) {
        return !consumer.keepsTokens() || consumer.checkpointedTokenVersion() >= version;
    }

    private void awaitFirstToken() throws IOException {
        if (!awaitCheckpoint(firstVersion)) {
            throw new IOException(settings.directory() + ": first token is not in a checkpoint"
                    + (stopping ? ", and the sink is stopped" : " after " + LOOKS + " looks")
                    + " (expected: within 200 ms)");
        }
    }

    private boolean awaitCheckpoint(long version) {
        boolean whileStopping = stopping;
        for (int looks = 0; looks < LOOKS; looks++) {
            if (isCheckpointed(version)) {
                return true;
            }
            if (stopping && !whileStopping
                    || consumer.isFailed()
                    || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        return false;
    }

    /**
     * The folder was changed in the configuration: the files in the old one are completed as they were committed. Where
     * that cannot be done any more, which may be why it was changed, they stay as they are.
     */
    private void endSeriesElsewhere(RollToken token) {
        Path folder = Path.of(token.folder());
        try {
            if (!token.files().isEmpty() && !Files.isDirectory(folder)) {
                throw new NotDirectoryException(token.folder());
            }
            if (!token.files().isEmpty()) {
                OutputSeries old = OutputSeries.recover(settings, new RollFolder(folder), counters, token);
                old.rollDue(Long.MAX_VALUE, Long.MIN_VALUE);
                old.completeRolled(Long.MAX_VALUE);
            }
            LOG.info("{}: completed, going on in {}", folder, settings.directory());
        } catch (IOException e) {
            LOG.error(
                    "{}: {} files in progress are not completed: {}; going on in {}",
                    folder,
                    token.files().size(),
                    Files.isDirectory(folder) ? RollFolder.reason(e) : "no such folder",
                    settings.directory());
        }
    }
}
