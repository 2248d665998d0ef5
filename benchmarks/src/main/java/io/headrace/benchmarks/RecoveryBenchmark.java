package io.headrace.benchmarks;

import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Opening a log that was killed, with so much waiting below its last checkpoint and so much written after it; an
 * operation is one open, in which what came after the checkpoint is verified, copied and synced.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 10)
public class RecoveryBenchmark extends AbstractHeadraceBenchmark {
    private static final int MIB = 1 << 20;

    /** MiB that wait below the checkpoint. */
    @Param({"64", "512"})
    public int waiting;

    /** MiB written after it. */
    @Param({"0", "16", "64"})
    public int after;

    private BenchmarkFolder folder;
    private BacklogLog backlog;
    private WriteAheadLog log;
    private long last;

    @Setup
    public void create() throws IOException {
        folder = new BenchmarkFolder("recovery");
        backlog = new BacklogLog(folder.path());
    }

    @Setup(Level.Invocation)
    public void kill() throws IOException {
        try (WriteAheadLog filled = backlog.open()) {
            DutyThread preparer = DutyThread.start(filled.preparer());
            try {
                filled.state().committed().advanceTo(filled.lastSequence());
                filled.checkpoint();
                filled.checkpoint();
                backlog.fill(filled, (long) waiting * MIB);
                filled.checkpoint();
                backlog.fill(filled, (long) after * MIB);
                last = filled.durable();
            } finally {
                preparer.close();
            }
        }
    }

    @Benchmark
    public WriteAheadLog open() throws IOException {
        log = backlog.open();
        return log;
    }

    @TearDown(Level.Invocation)
    public void checkWork() throws IOException {
        check("last sequence", log.lastSequence(), last);
        log.close();
    }

    @TearDown
    public void remove() throws IOException {
        backlog.release();
        folder.close();
    }
}
