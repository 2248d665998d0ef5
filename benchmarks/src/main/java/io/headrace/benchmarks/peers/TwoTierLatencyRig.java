package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * Appends lines to a file that an agent tails, at a fixed rate, and reports how long it took until they were durable at the
 * far end of two tiers, beside the bare device at the same rate and sizes, in turn. Started by {@code
 * benchmarks/two-tier-latency}, which says what is measured, and starts the agents.
 */
public final class TwoTierLatencyRig {
    private static final String DUE = "line due to durable output";
    private static final String CREATED = "frame created to durable";
    private static final String DEVICE = "device";

    /** What the far end takes of each line, by name, in the order of a line's way. */
    private static final Map<String, String> PARTS = parts();

    private static final String WRITE_CALLS = "- calls that wrote lines";
    private static final List<String> OURS_VERIFIED =
            List.of("all lines durable", "the output is the input, byte for byte");
    private static final List<String> DEVICE_VERIFIED = List.of("as many frames written and synced as were due");
    private static final int MISSED = 3;
    private static final long TICKS = 1_000;
    private static final int FRAME_BYTES = 80;
    private static final int EVENT_BYTES = 8;
    private static final int DIGITS = 16;
    private static final int TEN = 10;
    private static final double TIMES = 3;
    private static final double PLUS_MILLIS = 3;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long TICK_NANOS = 10_000_000;
    private static final int WORST_SECONDS = 10;
    private static final double MICROS_A_MILLI = 1_000;
    private static final Pattern QUANTILE = Pattern.compile(
            "headrace_channel_(ack|sync|checkpoint)_seconds\\{.*quantile=\"(0\\.5|0\\.99|0\\.999)\"} (.*)");

    private final Order options;
    private final Path folder;
    private final FileChannel tailed;
    private final Latencies latencies = new Latencies();
    private final ByteBuffer lines;
    private final Histogram writeCalls = new Histogram(3);
    private final List<Long> sliceStarts = new ArrayList<>();
    private final int lineBytes;
    private final int linesATick;
    private long written;

    private TwoTierLatencyRig(Order options) throws IOException {
        this.options = options;
        folder = Path.of(options.text("folder"));
        lineBytes = (int) options.number("bytes");
        linesATick = (int) (options.number("rate") / TICKS);
        tailed = FileChannel.open(
                folder.resolve("tailed").resolve("a.log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        String line = "0".repeat(DIGITS) + " " + "0".repeat(DIGITS) + " " + "abcdefghij ".repeat(lineBytes / TEN);
        line = line.substring(0, lineBytes - 1) + "\n";
        lines = ByteBuffer.allocateDirect(lineBytes * linesATick);
        for (int i = 0; i < linesATick; i++) {
            lines.put(line.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /**
     * Runs the slices and prints percentiles; exit code 3 when the expectation is missed.
     *
     * @param arguments options, {@code name=value}
     */
    public static void main(String[] arguments) throws IOException {
        Order options = Order.parse(String.join("\t", arguments));
        RigJson json = new RigJson(options);
        TwoTierLatencyRig rig = new TwoTierLatencyRig(options);
        boolean met = rig.run();
        json.latencies("Headrace, line due to durable output", rig.latencies, DUE, OURS_VERIFIED);
        json.latencies("Headrace, frame created to durable", rig.latencies, CREATED, OURS_VERIFIED);
        json.latencies("bare device, page cache", rig.latencies, DEVICE, DEVICE_VERIFIED);
        System.exit(met ? 0 : MISSED);
    }

    private boolean run() throws IOException {
        long slices = options.number("slices");
        long seconds = Math.max(1, options.number("seconds") / slices);
        Order order = new Order(Map.of("mode", "latency", "direct", "no"))
                .with("rate", TICKS)
                .with("frameBytes", FRAME_BYTES + linesATick * (lineBytes + EVENT_BYTES));
        long nanos = 0;
        long cpuNanos = 0;
        try (PeerProcess device = new PeerCommands(folder, options).device()) {
            write(options.number("warmSeconds"), false);
            device.run(order.with("seconds", 1));
            for (long i = 0; i < slices; i++) {
                Settle.disk(folder);
                long cpuBefore = agentsNanos();
                long begun = System.nanoTime();
                write(seconds, true);
                nanos += System.nanoTime() - begun;
                cpuNanos += agentsNanos() - cpuBefore;
                Settle.disk(folder);
                latencies.add(DEVICE, device.run(order.with("seconds", seconds)), "latencies", 0);
            }
        }
        Order times = times().with(Stopwatch.NANOS, nanos).with(Stopwatch.CPU_NANOS, cpuNanos);
        latencies.add(DUE, times, "due", 0);
        latencies.add(CREATED, times, "created", 0);
        for (Map.Entry<String, String> part : PARTS.entrySet()) {
            latencies.add(part.getValue(), times, part.getKey(), 0);
        }
        latencies.add(WRITE_CALLS, times.with("calls", Latencies.encode(writeCalls)), "calls", 0);
        System.out.print(latencies.table());
        tellWorstSeconds(times.text("seconds"));
        for (String port : options.text("metrics").split(",")) {
            tellChannel(port);
        }
        return judge(CREATED) & judge(DUE);
    }

    /** Appends lines at each tick, and returns when all are durable. */
    private void write(long seconds, boolean counts) throws IOException {
        long interval = TimeUnit.SECONDS.toNanos(1) / TICKS;
        long ticks = seconds * TICKS;
        long startMicros = nowMicros();
        long start = System.nanoTime();
        if (counts) {
            sliceStarts.add(TimeUnit.MICROSECONDS.toSeconds(startMicros));
        }
        for (long done = 0; done < ticks; ) {
            long upTo = Pacer.awaitTick(start, interval, done, ticks);
            for (; done < upTo; done++) {
                stamp(0, counts ? startMicros + TimeUnit.NANOSECONDS.toMicros(done * interval) : 0);
                stamp(DIGITS + 1, nowMicros());
                lines.clear();
                long begun = System.nanoTime();
                while (lines.hasRemaining()) {
                    tailed.write(lines);
                }
                if (counts) {
                    writeCalls.recordValue(System.nanoTime() - begun);
                }
                written += linesATick;
            }
        }
        long end = System.nanoTime() + LONGEST_NANOS;
        while (times().number("lines", 0) < written) {
            if (System.nanoTime() > end) {
                throw new IOException("durable: " + times().number("lines", 0) + " lines (expected: " + written
                        + " within a minute)");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Each line begins with when it is due, and when it was written. */
    private void stamp(int offset, long micros) {
        long left = micros;
        for (int digit = DIGITS - 1; digit >= 0; digit--) {
            byte character = (byte) ('0' + left % TEN);
            for (int i = 0; i < linesATick; i++) {
                lines.put(i * lineBytes + offset + digit, character);
            }
            left /= TEN;
        }
    }

    /** What the far end has noted so far. */
    private Order times() throws IOException {
        Path noted = folder.resolve("times");
        return Files.exists(noted) ? Order.parse(Files.readString(noted)) : new Order(Map.of());
    }

    private static Map<String, String> parts() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("late", "- due to written");
        parts.put("found", "- written to frame created");
        parts.put("carried", "- created to collector's sink");
        parts.put("output", "- sink to durable output");
        return parts;
    }

    private static long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** When the longest times were, and of which part: one stall or many. */
    private void tellWorstSeconds(String seconds) {
        System.out.printf(
                "%-28s %9s %9s %s%n",
                "worst seconds, most of each", "due to", "created to", String.join(" ", PARTS.keySet()));
        Arrays.stream(seconds.split(";"))
                .map(TwoTierLatencyRig::numbers)
                .sorted(Comparator.comparingLong((long[] second) -> second[1]).reversed())
                .limit(WORST_SECONDS)
                .sorted(Comparator.comparingLong((long[] second) -> second[0]))
                .forEach(second -> System.out.println(sliceSecond(second[0])
                        + Arrays.stream(second)
                                .skip(1)
                                .mapToObj(micros -> String.format(Locale.ROOT, " %9.3f", micros / MICROS_A_MILLI))
                                .collect(Collectors.joining())));
    }

    private String sliceSecond(long epochSecond) {
        int slice = 0;
        while (slice + 1 < sliceStarts.size() && sliceStarts.get(slice + 1) <= epochSecond) {
            slice++;
        }
        return String.format(Locale.ROOT, "slice %d, second %-11d", slice + 1, epochSecond - sliceStarts.get(slice));
    }

    private static long[] numbers(String words) {
        return Arrays.stream(words.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    /** What a tier says itself of its channel, since its start. */
    private static void tellChannel(String port) throws IOException {
        Map<String, StringBuilder> times = new LinkedHashMap<>();
        URL metrics = new URL("http://127.0.0.1:" + port + "/metrics/prometheus");
        try (InputStream text = metrics.openStream()) {
            new String(text.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                Matcher quantile = QUANTILE.matcher(line);
                if (quantile.matches()) {
                    times.computeIfAbsent(quantile.group(1), key -> new StringBuilder())
                            .append(String.format(
                                    Locale.ROOT, " %9.3f", Double.parseDouble(quantile.group(3)) * MICROS_A_MILLI));
                }
            });
        }
        times.forEach((name, quantiles) -> System.out.printf(
                "channel behind port %s, %-10s since its start: p50, p99, p99.9%s ms%n", port, name, quantiles));
    }

    /** Processor time of both agents. */
    private long agentsNanos() throws IOException {
        long ticks = 0;
        for (String agent : options.text("agents").split(",")) {
            String stat = Files.readString(Path.of("/proc", agent, "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return ticks * TICK_NANOS;
    }

    private boolean judge(String what) {
        double p99 = latencies.p99Millis(what);
        double most = TIMES * latencies.p99Millis(DEVICE) + PLUS_MILLIS;
        Verdict verdict = new Verdict(
                "p99, " + what,
                String.format(Locale.ROOT, "%.3f ms", p99),
                String.format(Locale.ROOT, "<= %.3f ms, three times the device's plus 3 ms", most),
                p99 <= most);
        System.out.println(verdict.line());
        return verdict.met();
    }
}
