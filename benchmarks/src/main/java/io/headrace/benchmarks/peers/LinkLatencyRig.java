package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Time from when a frame is due until two tiers have acknowledged it, at a fixed rate, beside the bare device at the same
 * rate and sizes, in turn. Started by {@code benchmarks/link-latency}, which says what is measured.
 */
public final class LinkLatencyRig extends Rig {
    private static final String TIERS = "both tiers";
    private static final String FIRST = "first tier";
    private static final String DEVICE = "device";
    private static final String DIRECT = "device, direct";
    private static final List<String> DEVICE_VERIFIED = List.of("as many frames written and synced as were due");
    private static final double TIMES = 3;
    private static final double PLUS_MILLIS = 2;

    private final boolean onDisk;
    private final Latencies latencies = new Latencies();

    private LinkLatencyRig(Order options, Path folder) {
        super(options, folder);
        this.onDisk = options.text("channel").equals("file");
    }

    /**
     * Runs the slices and prints percentiles; exit code 1 when the expectation is missed and {@code check=yes}.
     *
     * @param arguments options, {@code name=value}
     */
    public static void main(String[] arguments) throws IOException {
        main("link-latency", arguments, LinkLatencyRig::new);
    }

    @Override
    void run() throws IOException {
        PeerCommands commands = new PeerCommands(folder, options);
        long slices = options.number("slices");
        Order order = new Order(Map.of("mode", "latency", "connections", "1", "tls", "no"))
                .with("compression", options.text("compression"))
                .with("frameEvents", options.text("frameEvents"))
                .with("eventBytes", options.text("eventBytes"))
                .with("channel", options.text("channel"))
                .with("rate", options.text("rate"))
                .with("seconds", Math.max(1, options.number("seconds") / slices));
        try (LinkEnds ends =
                        new LinkEnds(commands.own("near", LinkNearPeer.class), commands.own("far", LinkFarPeer.class));
                PeerProcess device = commands.device()) {
            String frameBytes = warmUp(ends, order);
            Order same = order.with("frameBytes", frameBytes);
            write(device, same.with("seconds", 1), "no", null);
            write(device, same.with("seconds", 1), "yes", null);
            for (long i = 0; i < slices; i++) {
                send(ends, order, true);
                write(device, same, "no", DEVICE);
                if (options.text("direct").equals("yes")) {
                    write(device, same, "yes", DIRECT);
                }
            }
        }
    }

    /** As a collector that has run for a while: half of the time at a higher rate, then as what is measured. */
    private String warmUp(LinkEnds ends, Order order) throws IOException {
        long seconds = options.number("warmSeconds");
        long fast = seconds / 2;
        if (fast > 0) {
            send(ends, order.with("rate", options.text("warmRate")).with("seconds", fast), false);
        }
        String frameBytes =
                send(ends, order.with("seconds", seconds - fast), false).text("frameBytes");
        System.out.printf(
                Locale.ROOT,
                "warm-up: %d s at %s frames a second, %d s at %s%n",
                fast,
                options.text("warmRate"),
                seconds - fast,
                options.text("rate"));
        return frameBytes;
    }

    private Order send(LinkEnds ends, Order order, boolean counts) throws IOException {
        Settle.disk(folder);
        Order answer = ends.run(order);
        if (counts) {
            long far = answer.number(LinkEnds.FAR_CPU_NANOS);
            latencies.add(TIERS, answer, "latencies", far);
            latencies.add(FIRST, answer, "putLatencies", far);
        }
        System.out.printf(
                Locale.ROOT,
                "compilers worked for %s and %s ms%s%n",
                answer.text(Stopwatch.COMPILE_MILLIS),
                answer.text(LinkEnds.FAR_COMPILE_MILLIS),
                counts ? "" : ", warming up");
        return answer;
    }

    private void write(PeerProcess device, Order order, String direct, String name) throws IOException {
        if (!onDisk) {
            return;
        }
        Settle.disk(folder);
        Order answer = device.run(order.with("direct", direct));
        if (name != null) {
            latencies.add(name, answer, "latencies", 0);
        }
    }

    @Override
    void tell(RigJson json) {
        List<String> ours = List.of("a time for each frame", "number and checksums of events at the far end");
        json.latencies("Headrace, both tiers", latencies, TIERS, ours);
        json.latencies("Headrace, first tier", latencies, FIRST, ours);
        if (latencies.has(DEVICE)) {
            json.latencies("bare device, page cache", latencies, DEVICE, DEVICE_VERIFIED);
        }
        if (latencies.has(DIRECT)) {
            json.latencies("bare device, direct", latencies, DIRECT, DEVICE_VERIFIED);
        }
    }

    @Override
    boolean report() {
        System.out.print(latencies.table());
        if (!onDisk) {
            return true;
        }
        double p99 = latencies.p99Millis(TIERS);
        double most = TIMES * latencies.p99Millis(DEVICE) + PLUS_MILLIS;
        Verdict verdict = new Verdict(
                "p99 of the acknowledgement by both tiers",
                String.format(Locale.ROOT, "%.3f ms", p99),
                String.format(Locale.ROOT, "<= %.3f ms, three times the device's plus 2 ms", most),
                p99 <= most);
        System.out.println(verdict.line());
        return verdict.met();
    }
}
