package io.headrace.engine.source.taildir.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.TailToFolder;
import io.headrace.engine.source.taildir.load.LoggedFile.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent in a process of its own, with a channel on disk, follows files that are written to at speed, rotated by
 * renaming and by copytruncate, and saved by an editor, while it is killed again and again. {@code -Dtaildir.seed=N}
 * repeats a run's choices.
 */
class TaildirLoadTest {
    private static final int WRITERS = 2;
    private static final String MORE = """
            a1.sources.r1.filegroups.f = @DIR@/in/.*\\\\.log
            a1.sources.r1.idleTimeout = 2000
            a1.sources.r1.maxBackoffSleep = 100
            a1.sources.r1.writePosInterval = 500
            a1.sources.r1.maxOpenFiles = @OPEN@
            """;

    private static final Pattern SUM = Pattern.compile("\"sum\":(\\d+)");

    @TempDir
    Path folder;

    private final AtomicInteger done = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    private volatile boolean writing = true;
    private int kills;
    private TailAgentProcess agent;

    private record Job(Operation operation, LoggedFile file) {}

    /** How much of everything. */
    private record Load(
            int files, int linesPerSecond, int renames, int truncations, int saves, int kills, int openFiles) {}

    @AfterEach
    void stop() throws InterruptedException {
        writing = false;
        threads.shutdown();
        if (agent != null) {
            agent.end();
        }
    }

    @Test
    void shouldLoseAndDoubleNothing() throws Exception {
        run(new Load(40, 20_000, 4, 4, 3, 1, 30), Duration.ofSeconds(3));
    }

    /** Runs with {@code -Dexcluded.test.groups=rig -Dtest=TaildirLoadTest}. */
    @Test
    @Tag("slow")
    void shouldLoseAndDoubleNothingInAThousandFiles() throws Exception {
        run(new Load(1_000, 50_000, 40, 20, 5, 4, 700), Duration.ofSeconds(60));
    }

    private void run(Load load, Duration duration) throws Exception {
        long seed = Long.getLong("taildir.seed", System.nanoTime());
        System.out.println("taildir.seed " + seed + ", " + load);
        Path in = Files.createDirectories(folder.resolve("in"));
        List<LoggedFile> files = new ArrayList<>();
        for (int i = 0; i < load.files(); i++) {
            files.add(new LoggedFile(in, i, seed));
        }
        Path configuration = Files.writeString(
                folder.resolve("a.conf"),
                TailToFolder.configuration(folder, MORE.replace("@OPEN@", "" + load.openFiles())));
        agent = new TailAgentProcess(folder, configuration);
        agent.start();
        List<Queue<Job>> jobs = new ArrayList<>();
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            Queue<Job> queue = new ConcurrentLinkedQueue<>();
            jobs.add(queue);
            List<LoggedFile> own = files.stream()
                    .filter(file -> file.number % WRITERS == writer)
                    .toList();
            writers.add(threads.submit(
                    () -> write(own, queue, load.linesPerSecond() / WRITERS, new Random(seed + writer))));
        }
        try {
            operate(load, duration, new Random(seed), files, jobs);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("operations done: " + done + ", " + agent.describe(), e);
        }
        writing = false;
        for (Future<?> writer : writers) {
            writer.get();
        }
        awaitAllRead();
        agent.stop();
        check(load, files);
    }

    /** Appends to one file after the other, and does in between what is asked for. */
    private Void write(List<LoggedFile> files, Queue<Job> jobs, int linesPerSecond, Random random) throws IOException {
        long began = System.nanoTime();
        long lines = 0;
        while (writing) {
            for (LoggedFile file : files) {
                lines += file.append(1 + random.nextInt(20));
                for (Job job = jobs.poll(); job != null; job = jobs.poll()) {
                    job.file().run(job.operation());
                    done.incrementAndGet();
                }
            }
            long due = began + TimeUnit.SECONDS.toNanos(1) * lines / linesPerSecond;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        for (LoggedFile file : files) {
            file.close();
        }
        return null;
    }

    private void operate(Load load, Duration duration, Random random, List<LoggedFile> files, List<Queue<Job>> jobs)
            throws Exception {
        awaitAllKnown(files.size());
        List<Operation> operations = new ArrayList<>();
        addTimes(operations, load.renames(), Operation.RENAME_INSIDE, Operation.RENAME_OUTSIDE);
        addTimes(operations, load.truncations(), Operation.COPYTRUNCATE, Operation.COPYTRUNCATE_AND_REFILL);
        addTimes(operations, load.saves(), Operation.SAVE, Operation.SAVE_WITH_BACKUP);
        Collections.shuffle(operations, random);
        // Each on a file of its own: two truncations between two looks would be one.
        List<LoggedFile> shuffled = new ArrayList<>(files);
        Collections.shuffle(shuffled, random);
        int started = 0;
        int truncations = 0;
        long pause = duration.toNanos() / operations.size();
        for (Operation operation : operations) {
            LoggedFile file = shuffled.get(started);
            jobs.get(file.number % WRITERS).add(new Job(operation, file));
            truncations += operation.name().startsWith("COPYTRUNCATE") ? 1 : 0;
            started++;
            for (long until = System.nanoTime() + pause; System.nanoTime() < until; ) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
            if (started % (operations.size() / (load.kills() + 1)) == 0 && kills < load.kills()) {
                awaitDone(started, truncations);
                agent.kill();
                kills++;
                agent.start();
                awaitRunning();
            }
        }
        awaitDone(started, truncations);
    }

    private static void addTimes(List<Operation> operations, int times, Operation even, Operation odd) {
        for (int i = 0; i < times; i++) {
            operations.add(i % 2 == 0 ? even : odd);
        }
    }

    private void awaitRunning() {
        await().atMost(Duration.ofSeconds(60)).until(() -> agent.now("r1.EventAcceptedCount") > 0);
    }

    /**
     * A file that was truncated before anybody saw it cannot be known to have been truncated, nor one after a kill of which
     * the registry has little.
     */
    private void awaitAllKnown(int files) {
        Path positions = folder.resolve("positions.json");
        Path registry = folder.resolve("positions.json.r1.inputs");
        await().atMost(Duration.ofSeconds(120))
                .until(() ->
                        Files.exists(positions) && Files.readString(positions).split("\"file\"", -1).length > files);
        await().atMost(Duration.ofSeconds(120))
                .until(() -> SUM.matcher(Files.readString(registry))
                                .results()
                                .filter(sum -> Long.parseLong(sum.group(1)) >= 1_024)
                                .count()
                        >= files);
    }

    /** What a kill makes forget is waited for: the counts are compared in the end. */
    private void awaitDone(int operations, int truncations) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> done.get() == operations && agent.total("r1.TruncationCount") >= truncations);
    }

    private void awaitAllRead() {
        AtomicLong last = new AtomicLong(-1);
        await().atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofMillis(200))
                .during(Duration.ofMillis(2500))
                .until(() -> {
                    long accepted = agent.now("r1.EventAcceptedCount");
                    return accepted == last.getAndSet(accepted) && agent.now("r1.LagBytes") == 0;
                });
    }

    private void check(Load load, List<LoggedFile> files) throws IOException {
        LineLedger ledger = new LineLedger(files);
        ledger.readAll(folder.resolve("out"));
        ledger.check();
        long counted = agent.total("r1.UnreadBytesLostCount");
        System.out.printf(
                "lines %d, destroyed unread %d (%d bytes, of which seen before and counted %d), kills %d%n",
                files.stream().mapToLong(LoggedFile::written).sum(),
                ledger.lostLines(),
                ledger.lostBytes(),
                counted,
                kills);
        assertThat(agent.total("r1.TruncationCount"))
                .isBetween((long) load.truncations(), load.truncations() + 3L * kills);
        assertThat(counted).isLessThanOrEqualTo(ledger.lostBytes());
        // A kill may come between the read and the count.
        assertThat(agent.total("r1.ResumedFileCount"))
                .isBetween((long) load.saves() - kills, (long) load.saves() + kills);
    }
}
