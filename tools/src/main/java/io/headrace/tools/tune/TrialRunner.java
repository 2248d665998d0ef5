package io.headrace.tools.tune;

import io.headrace.engine.agent.Agent;
import io.headrace.engine.agent.AgentFailedException;
import io.headrace.engine.agent.AgentOptions;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.transport.link.netty.LinkSinkProvider;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * Runs a pipeline with settings for a short time: an agent of this product, configured by properties as any other is, whose
 * source puts a {@link Load} and whose sink is metered. Each trial has a new log. Owned by one thread.
 */
final class TrialRunner {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Of a measurement under full load where little comes out. */
    private static final int LONGEST_TIMES = 3;

    private static final int MOST_TIMES = 4;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long ENOUGH_BYTES = 48L << 20;

    private final Pipeline pipeline;
    private final ComponentRegistry registry;
    private final Storage storage;
    private final TuneFolder folder;
    private final String host;
    private final int port;
    private final LongSupplier arrived;
    private final int size;
    private final BooleanSupplier stop;
    private int trials;

    /**
     * A runner.
     *
     * @param host of the far end, with {@code port}; not used without a link
     * @param arrived events at the far end, or null where that is another machine
     * @param size bytes of an event
     * @param stop true ends a trial early
     */
    TrialRunner(
            Pipeline pipeline,
            ComponentRegistry registry,
            Storage storage,
            TuneFolder folder,
            String host,
            int port,
            LongSupplier arrived,
            int size,
            BooleanSupplier stop) {
        this.pipeline = pipeline;
        this.registry = registry;
        this.storage = storage;
        this.folder = folder;
        this.host = host;
        this.port = port;
        this.arrived = arrived;
        this.size = size;
        this.stop = stop;
    }

    /**
     * Runs one.
     *
     * @param rate events a second; 0 for as many as go
     * @return what it showed; a pipeline that refuses the settings or delivers nothing is a failed trial
     */
    Trial run(Candidate candidate, long rate, Duration time, String stage) throws IOException {
        int number = ++trials;
        Path data = folder.make("trial-" + number);
        Load load = new Load(size, rate);
        try {
            return run(number, candidate, load, time, stage, data);
        } catch (ConfigurationException | AgentFailedException refused) {
            return Trial.failed(number, stage, candidate, rate, refused.getMessage());
        } finally {
            folder.remove(data);
        }
    }

    private Trial run(int number, Candidate candidate, Load load, Duration time, String stage, Path data) {
        ComponentProvider sink = pipeline.link()
                ? new MeteredSink(load, new LinkSinkProvider())
                : new CountingSink.Provider(frame -> load.delivered(frame.eventCount(), frame.createdMicros()));
        ComponentRegistry own = registry.with(new LoadSource.Provider(load), sink);
        AgentOptions options =
                AgentOptions.defaults().withRegistry(own).withStorage(storage).withDrain(Duration.ZERO);
        String text = pipeline.trial(candidate, data, host, port);
        long arrivedBefore = arrived == null ? 0 : arrived.getAsLong();
        Agent agent = Agent.create(
                ConfigurationLoader.standard(own, false)
                        .readText(Path.of("trial"), text, Pipeline.TRIAL)
                        .orThrow(),
                options);
        Trial trial;
        try {
            agent.start();
            trial = measure(agent, number, candidate, load, time, stage);
        } finally {
            agent.stopNow();
        }
        return trial.works() && arrived != null ? checked(trial, load.delivered(), arrivedBefore) : trial;
    }

    /** What the far end has answered for its sink counts soon. */
    private Trial checked(Trial trial, long delivered, long arrivedBefore) {
        long deadline = System.nanoTime() + FIRST_NANOS;
        while (arrived.getAsLong() - arrivedBefore < delivered && !stop.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return Trial.failed(
                        trial.number(),
                        trial.stage(),
                        trial.candidate(),
                        trial.rate(),
                        "delivered " + delivered + " events, of which " + (arrived.getAsLong() - arrivedBefore)
                                + " arrived");
            }
            LockSupport.parkNanos(TICK_NANOS);
        }
        return trial;
    }

    private Trial measure(Agent agent, int number, Candidate candidate, Load load, Duration time, String stage) {
        String failure = settle(agent, load);
        if (failure != null) {
            return Trial.failed(number, stage, candidate, load.rate(), failure);
        }
        MetricGroup channel = agent.metrics().group(GroupType.CHANNEL, "c");
        MetricGroup sink = agent.metrics().group(GroupType.SINK, "k");
        Map<String, Long> logBefore = channel.counters();
        double ackBefore = sum(channel, "ack");
        double residenceBefore = sum(channel, "residence");
        long ackedBefore = sink.counter("FrameAckedCount").get();
        load.forgetLatency();
        long deliveredBefore = load.delivered();
        ProcessorMeter meter = new ProcessorMeter();
        long begun = System.nanoTime();
        await(begun + time.toNanos());
        // Where little comes out it comes in lumps, and a short look sees one too many or too few.
        long longest = Math.max(LONGEST_TIMES * time.toNanos(), Math.min(LONGEST_NANOS, MOST_TIMES * time.toNanos()));
        while (load.delivered() == deliveredBefore && System.nanoTime() - begun < FIRST_NANOS && !stop.getAsBoolean()) {
            LockSupport.parkNanos(TICK_NANOS);
        }
        while (load.rate() == 0
                && (load.delivered() - deliveredBefore) * size < ENOUGH_BYTES
                && System.nanoTime() - begun < longest
                && !stop.getAsBoolean()) {
            LockSupport.parkNanos(TICK_NANOS);
        }
        long delivered = load.delivered() - deliveredBefore;
        double seconds = (System.nanoTime() - begun) / 1e9;
        ProcessorMeter.Use use = meter.read();
        Histogram latency = load.latency();
        Map<String, Long> log = channel.counters();
        long logBytes = log.get("LogByteCount") - logBefore.get("LogByteCount");
        double residence = sum(channel, "residence") - residenceBefore;
        long syncs = log.get("LogSyncCount") - logBefore.get("LogSyncCount");
        if (pipeline.alwaysWrites() && log.get("LogByteCount") < load.delivered() * size) {
            failure = "delivered " + load.delivered() + " events, but wrote " + log.get("LogByteCount")
                    + " bytes to the log";
        }
        if (delivered == 0) {
            failure =
                    "nothing was delivered: " + String.join("; ", agent.health().reasons());
        }
        return new Trial(
                number,
                stage,
                candidate,
                load.rate(),
                seconds,
                delivered,
                latency.getValueAtPercentile(50),
                latency.getValueAtPercentile(99),
                use.all(),
                use.busiest(),
                logBytes / seconds,
                syncs == 0 ? 0 : (double) logBytes / syncs,
                residence <= 0 ? 0 : Math.min(1, (sum(channel, "ack") - ackBefore) / residence),
                channel.texts().getOrDefault("Appender", ""),
                carried(sink, ackedBefore) / seconds,
                failure);
    }

    /** Of all frames, in microseconds. */
    private static double sum(MetricGroup channel, String timing) {
        Histogram times = channel.timing(timing).snapshot();
        return times.getTotalCount() == 0 ? 0 : times.getMean() * times.getTotalCount();
    }

    /** Bytes that went over the wire for what was answered meanwhile; what is under way stands in buffers in lumps. */
    private static double carried(MetricGroup sink, long ackedBefore) {
        long frames = sink.counter("FrameSentCount").get();
        double frameBytes =
                frames == 0 ? 0 : (double) sink.counter("ByteSentCount").get() / frames;
        return (sink.counter("FrameAckedCount").get() - ackedBefore) * frameBytes;
    }

    /** Waits until events come out, and a little longer; returns why they don't. */
    private String settle(Agent agent, Load load) {
        long deadline = System.nanoTime() + FIRST_NANOS;
        while (load.delivered() == 0) {
            if (System.nanoTime() - deadline > 0 || stop.getAsBoolean()) {
                return "nothing was delivered: "
                        + String.join("; ", agent.health().reasons());
            }
            LockSupport.parkNanos(TICK_NANOS);
        }
        await(System.nanoTime() + SETTLE_NANOS);
        return null;
    }

    private void await(long untilNanos) {
        for (long left = untilNanos - System.nanoTime(); left > 0 && !stop.getAsBoolean(); ) {
            LockSupport.parkNanos(Math.min(left, TICK_NANOS));
            left = untilNanos - System.nanoTime();
        }
    }
}
