package io.headrace.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What every suite has in common: forks, warm-up, heap and the flags that 17 and 25 need, the same as the launcher's.
 * The command line of {@code benchmarks/run} may change all but the flags.
 *
 * <p>A suite counts what it does and checks it with {@link #check} when an iteration or trial ends, so that a figure for
 * work that was not done is an error.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 2,
        jvmArgsPrepend = {
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-Dio.netty.allocator.lowMemory=false",
            "-XX:+UseSerialGC",
            "-Xms512m",
            "-Xmx512m"
        })
public abstract class AbstractHeadraceBenchmark {
    /** For subclasses in this package. */
    protected AbstractHeadraceBenchmark() {}

    /** Fails the run when {@code found} is not {@code expected}. */
    protected static void check(String what, long found, long expected) {
        if (found != expected) {
            throw new IllegalStateException(what + ": " + found + " (expected: " + expected + ")");
        }
    }

    /** Fails the run when nothing was done. */
    protected static void checkSome(String what, long found) {
        if (found <= 0) {
            throw new IllegalStateException(what + ": " + found + " (expected: > 0)");
        }
    }
}
