package io.headrace.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Bytes allocated by all threads of a process for each frame on the paths that must not make garbage. Started by {@code
 * benchmarks/garbage}.
 */
public final class GarbageRig {
    private static final double LIMIT_BYTES = 32;
    private static final int EVENTS = 100;
    private static final int GROUP = 16;
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private GarbageRig() {}

    /**
     * Runs the suites; exit code 1 when one is above the limit.
     *
     * @param arguments seconds to measure each
     */
    public static void main(String[] arguments) throws RunnerException {
        int seconds = Integer.parseInt(arguments[0]);
        boolean met = true;
        for (RunResult result : measure(seconds)) {
            String name = result.getParams().getBenchmark();
            name = name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1);
            StringBuilder what = new StringBuilder(name);
            for (String key : result.getParams().getParamsKeys()) {
                what.append(' ')
                        .append(key)
                        .append('=')
                        .append(result.getParams().getParam(key));
            }
            double bytes = result.getSecondaryResults().get(ALLOCATED).getScore() / framesOf(name);
            met &= bytes < LIMIT_BYTES;
            System.out.printf(
                    Locale.ROOT,
                    "%-75s %7.2f bytes a frame, expected < %.0f: %s%n",
                    what,
                    bytes,
                    LIMIT_BYTES,
                    bytes < LIMIT_BYTES ? "met" : "MISSED");
        }
        System.exit(met ? 0 : 1);
    }

    private static List<RunResult> measure(int seconds) throws RunnerException {
        List<RunResult> results = new ArrayList<>();
        results.addAll(new Runner(options("LogAppendBenchmark", seconds)
                        .param("group", Integer.toString(GROUP))
                        .param("sync", "always", "never")
                        .build())
                .run());
        results.addAll(
                new Runner(options("LogReadBenchmark.readFrames", seconds).build()).run());
        results.addAll(new Runner(options("GroupCommitBenchmark", seconds)
                        .param("producers", "4")
                        .param("inFlight", "64")
                        .build())
                .run());
        results.addAll(new Runner(options("RingBenchmark", seconds)
                        .param("producers", "1")
                        .param("sinks", "1")
                        .build())
                .run());
        return results;
    }

    private static ChainedOptionsBuilder options(String include, int seconds) {
        return new OptionsBuilder()
                .include("\\." + include)
                .forks(1)
                .warmupIterations(2)
                .warmupTime(TimeValue.seconds(Math.max(1, seconds / 2)))
                .measurementIterations(1)
                .measurementTime(TimeValue.seconds(seconds))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .addProfiler(GCProfiler.class);
    }

    /** Frames in what the suite calls an operation: a group, a frame, an event. */
    private static double framesOf(String benchmark) {
        if (benchmark.startsWith("LogAppend")) {
            return GROUP;
        }
        return benchmark.startsWith("LogRead") ? 1 : 1.0 / EVENTS;
    }
}
