package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.util.Map;

/** The two processes of a peer that sends from one to the other. Owned by one thread; closing it ends both. */
record LinkEnds(PeerProcess near, PeerProcess far) implements AutoCloseable {
    /** Processor time of the far end, nanoseconds; the near one's is that of {@link Stopwatch}. */
    static final String FAR_CPU_NANOS = "farCpuNanos";

    /** What compilers took at the far end, where that is known; at the near one that of {@link Stopwatch}. */
    static final String FAR_COMPILE_MILLIS = "farCompileMillis";

    /**
     * Opens the far end, has the near one send, and has the far one compare what came.
     *
     * @return the near end's figures with some of the far one's
     */
    Order run(Order order) throws IOException {
        String port = far.run(order.with("mode", "open")).text("port");
        Order sent = near.run(order.with("port", port));
        Order came = far.run(order.with("mode", "close")
                .with("events", sent.text("sentEvents"))
                .with("checksums", sent.text("checksums"))
                .with("wireBytes", sent.values().getOrDefault("wireBytes", "0"))
                .with("bytes", sent.text(Stopwatch.BYTES)));
        Order figures = sent.with(FAR_CPU_NANOS, came.text(Stopwatch.CPU_NANOS));
        if (came.values().containsKey(Stopwatch.COMPILE_MILLIS)) {
            figures = figures.with(FAR_COMPILE_MILLIS, came.text(Stopwatch.COMPILE_MILLIS));
        }
        for (Map.Entry<String, String> each : came.values().entrySet()) {
            if (!figures.values().containsKey(each.getKey())) {
                figures = figures.with(each.getKey(), each.getValue());
            }
        }
        return figures;
    }

    @Override
    public void close() {
        try (far) {
            near.close();
        }
    }
}
