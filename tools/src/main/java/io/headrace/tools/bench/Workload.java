package io.headrace.tools.bench;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * Moves events through the product for some time or until enough have passed, and verifies that they did. A workload runs
 * once and opens, closes and removes all that it needs.
 */
public interface Workload {
    /** The workload of some settings. */
    static Workload of(BenchSettings settings) {
        return switch (settings.kind()) {
            case CHANNEL -> new MeasuredWorkload(settings, ChannelCourse::new);
            case WAL -> new MeasuredWorkload(settings, WalCourse::new);
            case LINK, PIPELINE -> new MeasuredWorkload(settings, TiersCourse::new);
        };
    }

    /**
     * Warms up, measures, waits until all that was put has come out, verifies, closes, and removes its files.
     *
     * @param stop asked every 50 ms at least: true ends the measurement early; the result is of what was done until then
     * @param listener told of progress, on the thread that called
     * @throws NotMeasurableException when figures would not say what they are asked for
     * @throws IOException when a folder or the disk fails
     * @throws WorkloadException when what is measured failed, or nothing moved for 30 s
     */
    WorkloadResult run(BooleanSupplier stop, WorkloadListener listener) throws IOException, InterruptedException;
}
