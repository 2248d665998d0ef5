package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Times of several peers, slice by slice, and what they took to work. Owned by one thread. */
final class Latencies {
    private static final double NANOS_A_MILLI = 1e6;
    private static final double NANOS = 1e9;
    private static final double P50 = 50;
    private static final double P99 = 99;
    private static final double P999 = 99.9;
    private static final List<String> TOLD = List.of("50", "90", "99", "99.9", "99.99", "100");
    private static final double P9999 = 99.99;

    private final Map<String, Histogram> histograms = new LinkedHashMap<>();
    private final Map<String, long[]> work = new LinkedHashMap<>();

    /**
     * Adds a slice and tells it on standard error.
     *
     * @param figure of the answer that has the times
     * @param cpuNanos of other processes than the one that answered
     */
    void add(String name, Order answer, String figure, long cpuNanos) throws IOException {
        Histogram slice = decode(answer.text(figure));
        histograms.computeIfAbsent(name, key -> new Histogram(3)).add(slice);
        long[] sums = work.computeIfAbsent(name, key -> new long[3]);
        sums[0] += answer.number(Stopwatch.CPU_NANOS) + cpuNanos;
        sums[1] += answer.number(Stopwatch.NANOS);
        sums[2] += answer.number(Stopwatch.DISK_BYTES, 0);
        System.err.println(line(name, slice));
    }

    /** Milliseconds by percentile, as contestants tell them. */
    Map<String, Double> percentiles(String name) {
        Histogram histogram = histograms.get(name);
        Map<String, Double> percentiles = new LinkedHashMap<>();
        for (String each : TOLD) {
            percentiles.put(each, millis(histogram, Double.parseDouble(each)));
        }
        return percentiles;
    }

    boolean has(String name) {
        return histograms.containsKey(name);
    }

    /** Times of a peer. */
    long count(String name) {
        return histograms.get(name).getTotalCount();
    }

    double cpuSeconds(String name) {
        return work.get(name)[0] / NANOS;
    }

    double seconds(String name) {
        return work.get(name)[1] / NANOS;
    }

    double p99Millis(String name) {
        return millis(histograms.get(name), P99);
    }

    /** A line for each peer. */
    String table() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%-28s %9s %9s %9s %9s %9s %9s %7s %9s%n",
                "milliseconds",
                "frames",
                "p50",
                "p99",
                "p99.9",
                "p99.99",
                "max",
                "cores",
                "disk MB/s"));
        histograms.forEach((name, histogram) -> {
            long[] sums = work.get(name);
            table.append(String.format(
                    Locale.ROOT,
                    "%s %7.2f %9.1f%n",
                    line(name, histogram),
                    (double) sums[0] / sums[1],
                    sums[2] / NANOS_A_MILLI / (sums[1] / NANOS)));
        });
        return table.toString();
    }

    static String encode(Histogram latencies) {
        ByteBuffer bytes = ByteBuffer.allocate(latencies.getNeededByteBufferCapacity());
        int length = latencies.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(bytes.array(), length));
    }

    private static Histogram decode(String text) throws IOException {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
        } catch (DataFormatException e) {
            throw new IOException("latencies: " + text + " (expected: a histogram)", e);
        }
    }

    private static String line(String name, Histogram histogram) {
        return String.format(
                Locale.ROOT,
                "%-28s %9d %9.3f %9.3f %9.3f %9.3f %9.3f",
                name,
                histogram.getTotalCount(),
                millis(histogram, P50),
                millis(histogram, P99),
                millis(histogram, P999),
                millis(histogram, P9999),
                histogram.getMaxValue() / NANOS_A_MILLI);
    }

    private static double millis(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / NANOS_A_MILLI;
    }
}
