package io.headrace.transport.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.transport.EventLoops;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real agents and a real collector over a real wire that a seed spoils. {@code -Dchaos.runs=N} says how many runs, {@code
 * -Dchaos.first=N} where to begin, {@code -Dchaos.seed=N} replays one, {@code -Dchaos.parallel=N} how many at a time.
 */
class ChaosTest {
    private static final int RUNS = 26;
    private static final int PARALLEL = 8;

    private final EventLoops loops = new EventLoops(2);
    private final EventLoopGroup proxyLoops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Map<String, Long> seen = new TreeMap<>();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong slowest = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicReference<AssertionError> failure = new AtomicReference<>();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        loops.close();
        proxyLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void shouldDeliverEverythingOnceAndInOrderWhateverHappensToTheWire() throws InterruptedException {
        Long only = Long.getLong("chaos.seed");
        long first = only != null ? only : Long.getLong("chaos.first", 1);
        long runs = only != null ? 1 : Long.getLong("chaos.runs", RUNS);
        long start = System.nanoTime();
        next.set(first);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(runs, Integer.getInteger("chaos.parallel", PARALLEL)); i++) {
            Thread thread = new Thread(() -> work(first + runs), "chaos-" + i);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.printf(
                "chaos: %d runs from seed %d in %.1f s, the slowest %.1f s%n%s%n",
                done.get(), first, (System.nanoTime() - start) / 1e9, slowest.get() / 1e9, table());
        if (failure.get() != null) {
            throw failure.get();
        }
        if (runs >= RUNS) {
            for (Fault fault : Fault.values()) {
                assertThat(seen.getOrDefault(fault.name(), 0L)).as(fault.name()).isPositive();
            }
        }
    }

    private void work(long end) {
        for (long seed = next.getAndIncrement(); seed < end && failure.get() == null; seed = next.getAndIncrement()) {
            long start = System.nanoTime();
            run(seed);
            slowest.accumulateAndGet(System.nanoTime() - start, Math::max);
            done.incrementAndGet();
        }
    }

    private void run(long seed) {
        try {
            Path own = Files.createDirectory(folder.resolve("run" + seed));
            try (ChaosRun run = new ChaosRun(seed, own, loops, proxyLoops.next().next())) {
                try {
                    run.run();
                } catch (Exception | Error e) {
                    failed(seed, e, run.toString());
                }
                synchronized (seen) {
                    run.counts().forEach((what, often) -> seen.merge(what, often, Long::sum));
                }
            }
        } catch (Exception | Error e) {
            failed(seed, e, "");
        }
    }

    private void failed(long seed, Throwable reason, String trace) {
        AssertionError error = new AssertionError(
                "seed " + seed + ": " + reason + "; replay: " + replay(seed) + "; it did\n" + trace, reason);
        failure.compareAndSet(null, error);
    }

    /** From the top of the repository. */
    private static String replay(long seed) {
        return "mvn -B -pl wal,engine,transport/protocol,transport test -Dtest=ChaosTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dchaos.seed=" + seed;
    }

    private String table() {
        StringBuilder text = new StringBuilder();
        int[] column = {0};
        seen.forEach((what, often) ->
                text.append("%-24s %8d%s".formatted(what, often, ++column[0] % 4 == 0 ? "\n" : "   ")));
        return text.toString();
    }
}
