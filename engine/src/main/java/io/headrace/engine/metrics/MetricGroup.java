package io.headrace.engine.metrics;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The counters, gauges and times of one component. Names are Flume's where Flume has one, e.g. {@code
 * EventPutSuccessCount}. Safe for any thread; look up once and keep the object.
 */
public final class MetricGroup {
    private static final Logger LOG = LoggerFactory.getLogger(MetricGroup.class);

    private final GroupType type;
    private final String name;
    private final ConcurrentMap<String, Counter> counters = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Supplier<Number>> gauges = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Timing> timings = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, String> texts = new ConcurrentHashMap<>();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private volatile long startTime;
    private volatile long stopTime;

    public MetricGroup(GroupType type, String name) {
        this.type = type;
        this.name = name;
    }

    public GroupType type() {
        return type;
    }

    public String name() {
        return name;
    }

    /** The counter of a name, made at first use. */
    public Counter counter(String counterName) {
        return counters.computeIfAbsent(counterName, key -> new Counter());
    }

    /** A value that is asked for when somebody looks. */
    public void gauge(String gaugeName, LongSupplier value) {
        gauges.put(gaugeName, value::getAsLong);
    }

    /** A value that is asked for when somebody looks. */
    public void doubleGauge(String gaugeName, DoubleSupplier value) {
        gauges.put(gaugeName, value::getAsDouble);
    }

    /** Says something of the component that is no number, e.g. how it writes. */
    public void text(String textName, String value) {
        texts.put(textName, value);
    }

    /**
     * Keeps what the gauges say now instead of asking: the component behind them is gone, and so that it can be collected.
     * A new life of the component puts its own in their place.
     */
    public void freezeGauges() {
        gauges().forEach((name, value) -> gauges.put(name, () -> value));
    }

    /** Shows gauges no more whose object is gone for good. */
    public void removeGauges(Predicate<String> names) {
        gauges.keySet().removeIf(names);
    }

    /** The times of a name, made at first use. */
    public Timing timing(String timingName) {
        return timings.computeIfAbsent(timingName, key -> new Timing());
    }

    /** Notes when the component was started, in milliseconds since the epoch; shown as Flume's {@code StartTime}. */
    public void started(long epochMillis) {
        startTime = epochMillis;
        stopTime = 0;
    }

    /** Notes when the component was stopped, in milliseconds since the epoch; shown as Flume's {@code StopTime}. */
    public void stopped(long epochMillis) {
        stopTime = epochMillis;
    }

    /** Milliseconds since the epoch; 0 before the first start. */
    public long startTime() {
        return startTime;
    }

    /** Milliseconds since the epoch; 0 while the component runs. */
    public long stopTime() {
        return stopTime;
    }

    /** All counters and gauges as they stand, by name. */
    public Map<String, Number> values() {
        Map<String, Number> values = new TreeMap<>(counters());
        values.putAll(gauges());
        return values;
    }

    /** All counters as they stand, by name. */
    public Map<String, Long> counters() {
        Map<String, Long> values = new TreeMap<>();
        counters.forEach((key, counter) -> values.put(key, counter.get()));
        return values;
    }

    /** All gauges as they stand, by name. */
    public Map<String, Number> gauges() {
        Map<String, Number> values = new TreeMap<>();
        gauges.forEach((key, gauge) -> values.put(key, ask(key, gauge)));
        return values;
    }

    /** One that throws hides no other, and keeps nobody from being restarted or stopped: what it says is no number. */
    private Number ask(String gaugeName, Supplier<Number> gauge) {
        try {
            return gauge.get();
        } catch (RuntimeException | LinkageError e) {
            if (told.add(gaugeName)) {
                LOG.warn("{} {}: gauge {} cannot be asked, it shows NaN: {}", type, name, gaugeName, e.toString());
            }
            LOG.debug("{} {}: gauge {}", type, name, gaugeName, e);
            return Double.NaN;
        }
    }

    /** All texts, by name. */
    public Map<String, String> texts() {
        return new TreeMap<>(texts);
    }

    /** All times, by name. */
    public Map<String, Timing> timings() {
        return new TreeMap<>(timings);
    }
}
