package io.headrace.tools.tune;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How much of what it has a pipeline uses. Under full load these are shares of what was measured alone: processor time of
 * the time there was, bytes of the log by what the disk takes in groups of that size, bytes sent by what the bare line
 * carries. Where latency is the goal they are shares of the median time that an event takes: that of a sync, of a round
 * trip, and the rest. Immutable.
 *
 * @param processor 0 to 1
 * @param device 0 to 1, a little more where a probe was struck by something; 0 without a log
 * @param wire the same; 0 without a link
 */
record Use(double processor, double device, double wire) {
    /** What is used most. */
    Limit limit() {
        if (processor >= device && processor >= wire) {
            return Limit.PROCESSOR;
        }
        return device >= wire ? Limit.DEVICE : Limit.WIRE;
    }

    /** Of the largest. */
    double largest() {
        return Math.max(processor, Math.max(device, wire));
    }

    /**
     * Of trials under full load.
     *
     * @param sync of the log: {@code always}, {@code never} or milliseconds
     * @param line null without a link
     */
    static Use ofThroughput(List<Trial> trials, DiskSpeed disk, String sync, BareLine.Speed line) {
        return new Use(
                median(trials, trial -> Math.max(trial.processors(), trial.busiestThread())),
                median(trials, trial -> device(trial, disk, sync)),
                line == null ? 0 : median(trials, trial -> trial.wireBytesPerSecond() / line.bytesPerSecond()));
    }

    private static double device(Trial trial, DiskSpeed disk, String sync) {
        boolean eachGroup = sync.equals("always") && trial.bytesPerSync() > 0;
        double ceiling = eachGroup ? disk.ceiling(trial.appender(), trial.bytesPerSync()) : disk.fastest();
        return ceiling == 0 ? 0 : trial.logBytesPerSecond() / ceiling;
    }

    /** Of trials at a fixed rate. */
    static Use ofLatency(List<Trial> trials, DiskSpeed disk, String sync, BareLine.Speed line) {
        double all = median(trials, Trial::p50Micros);
        if (all <= 0) {
            return new Use(0, 0, 0);
        }
        boolean waits =
                sync.equals("always") && !trials.isEmpty() && trials.get(0).logBytesPerSecond() > 0;
        double device = waits ? Math.min(1, disk.smallMicros(trials.get(0).appender()) / all) : 0;
        double wire = line == null ? 0 : Math.min(1, line.roundTripMicros() / all);
        return new Use(Math.max(0, 1 - device - wire), device, wire);
    }

    static double median(List<Trial> trials, ToDoubleFunction<Trial> figure) {
        double[] values =
                trials.stream().filter(Trial::works).mapToDouble(figure).toArray();
        return values.length == 0 ? 0 : Search.median(values, values.length);
    }
}
