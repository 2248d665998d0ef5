package io.headrace.engine.metrics;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * Metrics in Prometheus' text format 0.0.4. A counter {@code EventPutSuccessCount} of a channel becomes {@code
 * headrace_channel_event_put_success_total}, a gauge {@code ChannelSize} {@code headrace_channel_size}, a time {@code
 * put} the summary {@code headrace_channel_put_seconds}; agent and component are labels, and the cursor, which stands
 * behind a dot in the name of a gauge. Pure functions, for any thread.
 */
public final class PrometheusText {
    /** Value of the {@code Content-Type} header that goes with the text. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double[] PERCENTILES = {50, 90, 99, 99.9};
    private static final String[] QUANTILES = {"0.5", "0.9", "0.99", "0.999"};
    private static final double MICROS_PER_SECOND = 1_000_000.0;

    /** One metric of all components of a type. */
    private static final class Family {
        private final String type;
        private final String help;
        private final List<String> samples = new ArrayList<>();

        Family(String type, String help) {
            this.type = type;
            this.help = help;
        }
    }

    private PrometheusText() {}

    /** All metrics of an agent. */
    public static String render(MetricRegistry registry) {
        Map<String, Family> families = new TreeMap<>();
        for (MetricGroup group : registry.groups()) {
            String labels = labels(registry.agentName(), group);
            group.counters().forEach((name, value) -> counter(families, group, name, labels, value));
            group.gauges().forEach((full, value) -> {
                int dot = full.indexOf('.');
                String name = dot < 0 ? full : full.substring(0, dot);
                String all = dot < 0 ? labels : labels + ",cursor=\"" + escapeLabel(full.substring(dot + 1)) + '"';
                if (isCount(name)) {
                    counter(families, group, name, all, value);
                } else {
                    sample(families, base(group, name), "gauge", group, name, all, value);
                }
            });
            info(families, group, labels);
            group.timings().forEach((name, timing) -> summary(families, group, name, labels, timing.snapshot()));
            sample(
                    families,
                    base(group, "StartTime") + "_seconds",
                    "gauge",
                    group,
                    "StartTime",
                    labels,
                    group.startTime() / 1000.0);
        }
        StringBuilder out = new StringBuilder(16 * 1024);
        families.forEach((name, family) -> {
            out.append("# HELP ")
                    .append(name)
                    .append(' ')
                    .append(escapeHelp(family.help))
                    .append('\n');
            out.append("# TYPE ").append(name).append(' ').append(family.type).append('\n');
            family.samples.forEach(sample -> out.append(sample).append('\n'));
        });
        return out.toString();
    }

    /** As {@link #render}, in UTF-8; the stream stays open. */
    public static void write(MetricRegistry registry, OutputStream out) throws IOException {
        out.write(render(registry).getBytes(StandardCharsets.UTF_8));
    }

    /** Gauges that count, because somebody else keeps the count; open connections go up and down. */
    private static boolean isCount(String gauge) {
        return gauge.endsWith("Count") && !gauge.startsWith("Open");
    }

    private static void counter(
            Map<String, Family> families, MetricGroup group, String name, String labels, Number value) {
        String stripped = name.endsWith("Count") ? name.substring(0, name.length() - 5) : name;
        sample(families, base(group, stripped) + "_total", "counter", group, name, labels, value);
    }

    private static void sample(
            Map<String, Family> families,
            String family,
            String type,
            MetricGroup group,
            String name,
            String labels,
            Number value) {
        families.computeIfAbsent(family, key -> new Family(type, MetricHelp.of(group.type(), name)))
                .samples
                .add(family + '{' + labels + "} " + number(value));
    }

    /** What is no number stands in the labels of a metric that is always 1. */
    private static void info(Map<String, Family> families, MetricGroup group, String labels) {
        Map<String, String> texts = group.texts();
        if (texts.isEmpty()) {
            return;
        }
        StringBuilder all = new StringBuilder(labels);
        texts.forEach((name, text) -> all.append(',')
                .append(snake(name))
                .append("=\"")
                .append(escapeLabel(text))
                .append('"'));
        sample(families, base(group, "Info"), "gauge", group, "Info", all.toString(), 1L);
    }

    private static void summary(
            Map<String, Family> families, MetricGroup group, String name, String labels, Histogram times) {
        String family = base(group, name) + "_seconds";
        List<String> samples = families.computeIfAbsent(
                        family, key -> new Family("summary", MetricHelp.of(group.type(), name)))
                .samples;
        for (int i = 0; i < PERCENTILES.length; i++) {
            double seconds = times.getValueAtPercentile(PERCENTILES[i]) / MICROS_PER_SECOND;
            samples.add(family + '{' + labels + ",quantile=\"" + QUANTILES[i] + "\"} "
                    + (times.getTotalCount() == 0 ? "NaN" : number(seconds)));
        }
        double sum = times.getTotalCount() == 0 ? 0 : times.getMean() * times.getTotalCount() / MICROS_PER_SECOND;
        samples.add(family + "_sum{" + labels + "} " + number(sum));
        samples.add(family + "_count{" + labels + "} " + times.getTotalCount());
    }

    private static String labels(String agent, MetricGroup group) {
        return "agent=\"" + escapeLabel(agent) + "\",name=\"" + escapeLabel(group.name()) + '"';
    }

    /** {@code headrace_channel_size} of {@code ChannelSize}: the type is named once. */
    static String base(MetricGroup group, String name) {
        String type = group.type().name().toLowerCase(Locale.ROOT);
        String snake = snake(name);
        String prefix = type + "_";
        return "headrace_" + prefix + (snake.startsWith(prefix) ? snake.substring(prefix.length()) : snake);
    }

    private static String snake(String name) {
        StringBuilder out = new StringBuilder(name.length() + 8);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean upper = c >= 'A' && c <= 'Z';
            boolean begins = upper
                    && i > 0
                    && (Character.isLowerCase(name.charAt(i - 1))
                            || i + 1 < name.length() && Character.isLowerCase(name.charAt(i + 1)));
            if (begins && out.charAt(out.length() - 1) != '_') {
                out.append('_');
            }
            boolean plain = c >= 'a' && c <= 'z' || upper || c >= '0' && c <= '9';
            out.append(plain ? Character.toLowerCase(c) : '_');
        }
        return out.toString();
    }

    private static String number(Number value) {
        if (!(value instanceof Double real)) {
            return Long.toString(value.longValue());
        } else if (real.isInfinite()) {
            return real > 0 ? "+Inf" : "-Inf";
        }
        return real.isNaN() ? "NaN" : real.toString();
    }

    private static String escapeLabel(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static String escapeHelp(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n");
    }
}
