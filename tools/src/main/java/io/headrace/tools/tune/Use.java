package io.headrace.tools.tune;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * How much of what it has a pipeline uses. Under full load these are shares of what was measured alone: processor time of
 * the time there was, bytes of the log by what the disk takes in groups as large as they may be, bytes sent by what the
 * bare line carries. Where latency is the goal they are shares of the median time that an event takes: that of a sync, of a
 * round trip, and the rest. Immutable.
 *
 * @param processor 0 to 1
 * @param device 0 to 1, where a probe was slower than the pipeline was; 0 without a log
 * @param wire the same; 0 without a link
 * @param logWait of the time from put to commit, the part until the log had acknowledged; 0 where latency is the goal
 * @param latency whether they are shares of the time of an event
 */
record Use(double processor, double device, double wire, double logWait, boolean latency) {
    /** What is used less leaves so much room that it does not limit. */
    private static final double USED_UP = 0.6;

    /**
     * Shares that differ by no more than this factor count as equal: probes and trials vary by so much from one run to the
     * next, and the same machine is to get the same answer.
     */
    private static final double NEAR = 1.25;

    private static final double MOST_OF_IT = 0.5;

    /**
     * What is used most, or about as much as that; then what is known best goes first: processor time, which is counted, and
     * of the time of an event that of a sync, as the processor's is what is left. Where nothing is used up under full load,
     * the place where events wait says it.
     */
    Limit limit() {
        if (isLatencyOfLog()) {
            return Limit.DEVICE;
        }
        List<Limit> order = latency
                ? List.of(Limit.DEVICE, Limit.WIRE, Limit.PROCESSOR)
                : List.of(Limit.PROCESSOR, Limit.WIRE, Limit.DEVICE);
        return order.stream()
                .filter(each -> share(each) * NEAR >= largest())
                .findFirst()
                .orElseThrow();
    }

    /** What else is used about as much as what limits, or more. */
    List<Limit> near() {
        return Stream.of(Limit.values())
                .filter(each -> isUsedUp() && each != limit() && share(each) * NEAR >= share(limit()))
                .toList();
    }

    /** Whether anything is used so much that it keeps the pipeline from doing more; always for shares of a time. */
    boolean isUsedUp() {
        return latency || largest() >= USED_UP;
    }

    /** Whether nothing is used up, and events wait for the log all the same: for its syncs, or for its segments. */
    boolean isLatencyOfLog() {
        return !isUsedUp() && logWait >= MOST_OF_IT;
    }

    private double share(Limit limit) {
        return switch (limit) {
            case PROCESSOR -> processor;
            case DEVICE -> device;
            case WIRE -> wire;
        };
    }

    private double largest() {
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
                line == null
                        ? 0
                        : median(trials, trial -> Math.min(1, trial.wireBytesPerSecond() / line.bytesPerSecond())),
                median(trials, Trial::logWait),
                false);
    }

    /** Groups are smaller than they may be where nobody brings more: the disk could take larger ones. */
    private static double device(Trial trial, DiskSpeed disk, String sync) {
        boolean eachGroup = sync.equals("always") && trial.bytesPerSync() > 0;
        String most = trial.candidate().value(Knob.GROUP_BYTES);
        double group = Math.max(trial.bytesPerSync(), most == null ? 0 : Double.parseDouble(most));
        double ceiling = eachGroup ? disk.ceiling(trial.appender(), group) : disk.fastest();
        return ceiling == 0 ? 0 : Math.min(1, trial.logBytesPerSecond() / ceiling);
    }

    /** Of trials at a fixed rate. */
    static Use ofLatency(List<Trial> trials, DiskSpeed disk, String sync, BareLine.Speed line) {
        double all = median(trials, Trial::p50Micros);
        if (all <= 0) {
            return new Use(0, 0, 0, 0, true);
        }
        boolean waits =
                sync.equals("always") && !trials.isEmpty() && trials.get(0).logBytesPerSecond() > 0;
        double device = waits ? Math.min(1, disk.smallMicros(trials.get(0).appender()) / all) : 0;
        double wire = line == null ? 0 : Math.min(1, line.roundTripMicros() / all);
        return new Use(Math.max(0, 1 - device - wire), device, wire, 0, true);
    }

    static double median(List<Trial> trials, ToDoubleFunction<Trial> figure) {
        double[] values =
                trials.stream().filter(Trial::works).mapToDouble(figure).toArray();
        return values.length == 0 ? 0 : Search.median(values, values.length);
    }
}
