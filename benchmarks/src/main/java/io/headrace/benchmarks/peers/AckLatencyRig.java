package io.headrace.benchmarks.peers;

import io.headrace.benchmarks.BenchmarkFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * Time from when a frame is due until it is acknowledged, at a fixed rate, beside the bare device at the same rate and
 * sizes, in turn. Started by {@code benchmarks/ack-latency}, which says what is measured.
 */
public final class AckLatencyRig {
    private static final String OURS = "headrace";
    private static final String DEVICE = "device";
    private static final String DIRECT = "device, direct";
    private static final double TIMES = 2;
    private static final double PLUS_MILLIS = 1;
    private static final double NANOS_A_MILLI = 1e6;
    private static final double NANOS = 1e9;
    private static final double P50 = 50;
    private static final double P99 = 99;
    private static final double P999 = 99.9;

    private final Order options;
    private final Path folder;
    private final Map<String, Histogram> latencies = new LinkedHashMap<>();
    private final Map<String, long[]> work = new LinkedHashMap<>();

    private AckLatencyRig(Order options, Path folder) {
        this.options = options;
        this.folder = folder;
    }

    /**
     * Runs the slices and prints percentiles; exit code 1 when the expectation is missed and {@code check=yes}.
     *
     * @param arguments options, {@code name=value}
     */
    public static void main(String[] arguments) throws IOException {
        Order options = Order.parse(String.join("\t", arguments));
        boolean met;
        try (BenchmarkFolder folder = new BenchmarkFolder("ack-latency")) {
            AckLatencyRig rig = new AckLatencyRig(options, folder.path());
            rig.run();
            met = rig.report();
        }
        System.exit(met || !options.text("check").equals("yes") ? 0 : 1);
    }

    private void run() throws IOException {
        PeerCommands commands = new PeerCommands(folder, options);
        long slices = options.number("slices");
        Order order = new Order(Map.of("mode", "latency"))
                .with("rate", options.text("rate"))
                .with("seconds", Math.max(1, options.number("seconds") / slices));
        try (PeerProcess ours = commands.headrace(OURS, "always", options.text("appender"));
                PeerProcess device = commands.device()) {
            Order warm = order.with("seconds", options.text("warmSeconds"));
            String frameBytes = ask(ours, warm, null).text("frameBytes");
            Order same = order.with("frameBytes", frameBytes);
            ask(device, same.with("seconds", 1).with("direct", "no"), null);
            ask(device, same.with("seconds", 1).with("direct", "yes"), null);
            for (long i = 0; i < slices; i++) {
                ask(ours, order, OURS);
                ask(device, same.with("direct", "no"), DEVICE);
                if (options.text("direct").equals("yes")) {
                    ask(device, same.with("direct", "yes"), DIRECT);
                }
            }
        }
    }

    private Order ask(PeerProcess peer, Order order, String name) throws IOException {
        Settle.disk(folder);
        Order answer = peer.run(order);
        if (name != null) {
            Histogram slice = decode(answer.text("latencies"));
            latencies.computeIfAbsent(name, key -> new Histogram(3)).add(slice);
            long[] sums = work.computeIfAbsent(name, key -> new long[3]);
            sums[0] += answer.number(Stopwatch.CPU_NANOS);
            sums[1] += answer.number(Stopwatch.NANOS);
            sums[2] += answer.number(Stopwatch.DISK_BYTES);
            System.err.println(line(name, slice));
        }
        return answer;
    }

    private boolean report() {
        System.out.printf(
                Locale.ROOT,
                "%-16s %9s %9s %9s %9s %9s %7s %9s%n",
                "milliseconds",
                "frames",
                "p50",
                "p99",
                "p99.9",
                "max",
                "cores",
                "disk MB/s");
        latencies.forEach((name, histogram) -> {
            long[] sums = work.get(name);
            System.out.printf(
                    Locale.ROOT,
                    "%s %7.2f %9.1f%n",
                    line(name, histogram),
                    (double) sums[0] / sums[1],
                    sums[2] / NANOS_A_MILLI / (sums[1] / NANOS));
        });
        double p99 = millis(latencies.get(OURS), P99);
        double most = TIMES * millis(latencies.get(DEVICE), P99) + PLUS_MILLIS;
        Verdict verdict = new Verdict(
                "p99 of the acknowledgement",
                String.format(Locale.ROOT, "%.3f ms", p99),
                String.format(Locale.ROOT, "<= %.3f ms, twice the device's plus 1 ms", most),
                p99 <= most);
        System.out.println(verdict.line());
        return verdict.met();
    }

    private static String line(String name, Histogram histogram) {
        return String.format(
                Locale.ROOT,
                "%-16s %9d %9.3f %9.3f %9.3f %9.3f",
                name,
                histogram.getTotalCount(),
                millis(histogram, P50),
                millis(histogram, P99),
                millis(histogram, P999),
                histogram.getMaxValue() / NANOS_A_MILLI);
    }

    private static double millis(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / NANOS_A_MILLI;
    }

    private static Histogram decode(String text) throws IOException {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
        } catch (DataFormatException e) {
            throw new IOException("latencies: " + text + " (expected: a histogram)", e);
        }
    }
}
