package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Time from when a frame is due until it is acknowledged, at a fixed rate, beside the bare device at the same rate and
 * sizes, in turn. Started by {@code benchmarks/ack-latency}, which says what is measured.
 */
public final class AckLatencyRig extends Rig {
    private static final String OURS = "headrace";
    private static final String DEVICE = "device";
    private static final String DIRECT = "device, direct";
    private static final List<String> DEVICE_VERIFIED = List.of("as many frames written and synced as were due");
    private static final double TIMES = 2;
    private static final double PLUS_MILLIS = 1;

    private final Latencies latencies = new Latencies();

    private AckLatencyRig(Order options, Path folder) {
        super(options, folder);
    }

    /**
     * Runs the slices and prints percentiles; exit code 1 when the expectation is missed and {@code check=yes}.
     *
     * @param arguments options, {@code name=value}
     */
    public static void main(String[] arguments) throws IOException {
        main("ack-latency", arguments, AckLatencyRig::new);
    }

    @Override
    void run() throws IOException {
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
            latencies.add(name, answer, "latencies", 0);
        }
        return answer;
    }

    @Override
    void tell(RigJson json) {
        json.latencies(
                "Headrace file channel",
                latencies,
                OURS,
                List.of("each frame acknowledged", "the last frames read from the log, opened again"));
        json.latencies("bare device, page cache", latencies, DEVICE, DEVICE_VERIFIED);
        if (latencies.has(DIRECT)) {
            json.latencies("bare device, direct", latencies, DIRECT, DEVICE_VERIFIED);
        }
    }

    @Override
    boolean report() {
        System.out.print(latencies.table());
        double p99 = latencies.p99Millis(OURS);
        double most = TIMES * latencies.p99Millis(DEVICE) + PLUS_MILLIS;
        Verdict verdict = new Verdict(
                "p99 of the acknowledgement",
                String.format(Locale.ROOT, "%.3f ms", p99),
                String.format(Locale.ROOT, "<= %.3f ms, twice the device's plus 1 ms", most),
                p99 <= most);
        System.out.println(verdict.line());
        return verdict.met();
    }
}
