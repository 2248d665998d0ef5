package io.headrace.tools.powercut;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One disk, one log, some senders, and fault after fault. After each the agent is started anew, the senders send what was
 * not acknowledged, all is drained, and every event that was ever sent is looked for.
 */
final class Chain implements AutoCloseable {
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long DISK_BYTES = 256L << 20;
    private static final long SMALL_DISK_BYTES = 48L << 20;

    /** Answers each sync with success and does none. */
    private static final List<String> WITHOUT_SYNC = List.of(
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=fdatasync,fsync,msync",
            "-e",
            "inject=fdatasync,fsync,msync:retval=0");

    /**
     * What came of a run.
     *
     * @param counts whether the fault came at the moment that the mode asks for
     * @param spilling whether a dual channel was writing when a fault came
     */
    record Outcome(boolean counts, long acknowledged, long unacknowledged, boolean spilling, String described) {}

    private final Options options;
    private final Random random;
    private final Path work;
    private final LoopDisk disk;
    private final AgentUnderTest agent;
    private final List<SentStream> streams = new ArrayList<>();
    private final List<StreamSender> senders = new ArrayList<>();
    private final boolean nearSink;
    private final DeliveredLines delivered;
    private final Path output;
    private final StringBuilder described = new StringBuilder();
    private long acknowledgedBefore;
    private long unacknowledged;
    private int spilling;
    private boolean drains;

    Chain(Options options, long seed) throws IOException {
        this.options = options;
        random = new Random(SentStream.mix(seed));
        work = Files.createDirectories(options.work().resolve("seed-" + seed));
        boolean full = options.mode() == Mode.FULL;
        disk = new LoopDisk(work, full ? SMALL_DISK_BYTES : DISK_BYTES, options.cutScript());
        agent = new AgentUnderTest(options.launcher(), work, options.javaFlags());
        nearSink = !full && random.nextBoolean();
        output = nearSink ? disk.folder().resolve("out") : work.resolve("out");
        Files.createDirectories(output);
        delivered = new DeliveredLines(output);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            SentStream stream = new SentStream(streams.size(), seed);
            streams.add(stream);
            senders.add(new StreamSender(stream));
        }
        if (nearSink) {
            LoopDisk.run("sync", "--file-system", output.toString());
        }
    }

    Path work() {
        return work;
    }

    /** One fault, recovery and comparison. */
    Outcome run() throws IOException {
        described.setLength(0);
        unacknowledged = 0;
        spilling = 0;
        boolean counts =
                switch (options.mode()) {
                    case CUT -> cut();
                    case KILL -> kill();
                    case KILL_RESTART_CUT -> killRestartCut();
                    case CUT_IN_RECOVERY -> cutInRecovery();
                    case SYNC_ERROR -> new SyncErrors(this, random).run();
                    case FAILING_DISK -> new SyncErrors(this, random).runUntilGivenUp();
                    case FULL -> new FullDisk(this, random).run();
                };
        long lastAcknowledged = acknowledgedBefore;
        acknowledgedBefore =
                streams.stream().mapToLong(SentStream::acknowledgedEvents).sum();
        return new Outcome(
                counts,
                acknowledgedBefore - lastAcknowledged,
                unacknowledged,
                spilling > 0,
                String.format(
                        Locale.ROOT,
                        "%s sink, %d senders, %s, %,d events",
                        nearSink ? "near" : "far",
                        senders.size(),
                        described,
                        acknowledgedBefore - lastAcknowledged));
    }

    private boolean cut() throws IOException {
        begin();
        traffic(50 + random.nextInt(1450));
        cutPower();
        startAndCompare();
        return true;
    }

    private boolean kill() throws IOException {
        begin();
        traffic(50 + random.nextInt(1450));
        noteSpilling();
        noteInFlight();
        agent.kill();
        startAndCompare();
        return true;
    }

    private boolean killRestartCut() throws IOException {
        begin();
        traffic(50 + random.nextInt(950));
        noteSpilling();
        noteInFlight();
        agent.kill();
        start(true, List.of());
        int millis = random.nextInt(1000);
        say("cut after " + millis + " ms");
        sleep(millis);
        cutPower();
        startAndCompare();
        return true;
    }

    private boolean cutInRecovery() throws IOException {
        begin();
        traffic(50 + random.nextInt(950));
        if (random.nextBoolean()) {
            cutPower();
        } else {
            noteSpilling();
            noteInFlight();
            agent.kill();
        }
        boolean counts = false;
        for (int again = 1 + random.nextInt(3); again > 0; again--) {
            start(true, List.of());
            String owner = "pid " + agent.pid();
            Path lock = disk.folder().resolve("log/lock");
            await("the log is being opened", () -> read(lock).startsWith(owner));
            int millis = random.nextInt(60);
            sleep(millis);
            cutPower();
            boolean opened = agent.said().contains("ChannelPart: channel kept:");
            say("cut " + millis + " ms into opening" + (opened ? ", too late" : ""));
            counts |= !opened;
        }
        startAndCompare();
        return counts;
    }

    // --- what modes are made of -------------------------------------------------------------------------------------

    /** An agent that runs and has delivered all so far; with or without a sink. */
    void begin() throws IOException {
        // What memory cannot hold is what a dual channel is about, so half of its runs have nobody who drains.
        boolean wanted = random.nextInt(isDual() ? 2 : 4) > 0;
        if (agent.isAlive() && drains && !wanted) {
            agent.kill();
        }
        if (!agent.isAlive()) {
            start(wanted, List.of());
        }
        if (!wanted) {
            say("no sink at first");
        }
        awaitConnected();
    }

    /** An agent on the log as it is. */
    void start(boolean withSink, List<String> wrapper) throws IOException {
        drains = withSink;
        agent.start(configuration(withSink), options.withoutSync() && wrapper.isEmpty() ? WITHOUT_SYNC : wrapper);
        senders.forEach(sender -> sender.connectTo(agent.linkPort()));
    }

    private void awaitConnected() throws IOException {
        long before = acknowledgedFrames();
        setTraffic();
        await("frames are acknowledged", () -> acknowledgedFrames() > before);
    }

    long acknowledgedFrames() {
        senders.forEach(StreamSender::rethrow);
        return streams.stream().mapToLong(SentStream::acknowledged).sum();
    }

    void setTraffic() {
        int size = random.nextInt(6);
        // Memory of a dual channel has to fill up: without a sink nothing is safe before it spills.
        long rate = (256L << (isDual() ? Math.max(3, size) : size)) << 10;
        senders.forEach(sender ->
                sender.generate(isDual() ? 64 << random.nextInt(3) : 1 << random.nextInt(8), rate / senders.size()));
    }

    void setTraffic(int frames, long bytesASecond) {
        senders.forEach(sender -> sender.generate(frames, bytesASecond));
    }

    private void pauseTraffic() {
        senders.forEach(StreamSender::pause);
    }

    void traffic(int millis) {
        say(String.format(Locale.ROOT, "%.2f s of traffic", millis / 1000.0));
        sleep(millis);
    }

    /** Cuts, then ends the process and what it left open, and mounts the disk again. */
    void cutPower() throws IOException {
        boolean tear = random.nextBoolean();
        noteSpilling();
        disk.cut(random, tear);
        noteInFlight();
        agent.kill();
        disk.unmount();
        disk.mount();
        if (tear) {
            say("torn");
        }
    }

    void killAgent() {
        noteSpilling();
        noteInFlight();
        agent.kill();
    }

    private void noteSpilling() {
        if (isDual() && agent.isAlive() && agent.metric("Spilling") == 1) {
            spilling++;
            say("spilling");
        }
    }

    void noteInFlight() {
        unacknowledged += streams.stream()
                .mapToLong(stream -> stream.events() - stream.acknowledgedEvents())
                .sum();
    }

    /** Recovers, lets senders send what is not acknowledged, drains, and looks at everything. */
    void startAndCompare() throws IOException {
        pauseTraffic();
        start(true, List.of());
        compare();
    }

    /** No new frames; all that were sent are acknowledged. */
    void awaitSettled() throws IOException {
        pauseTraffic();
        await("all is acknowledged", () -> senders.stream().allMatch(StreamSender::isSettled));
    }

    void compare() throws IOException {
        awaitSettled();
        long expected = streams.stream().mapToLong(SentStream::lineBytes).sum();
        boolean repeats = repeats();
        long deadline = System.nanoTime() + LONG_NANOS;
        long last = -1;
        long since = System.nanoTime();
        while (true) {
            long bytes = delivered.bytes();
            if (bytes == expected || bytes > expected && !repeats) {
                break;
            }
            if (bytes != last) {
                last = bytes;
                since = System.nanoTime();
            }
            // With repetitions nobody knows how many bytes there will be; without, the comparison says what is missing.
            boolean still = System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(repeats ? 700 : 5_000);
            if (still && (bytes > expected || !repeats) || System.nanoTime() > deadline) {
                break;
            }
            requireAlive();
            LockSupport.parkNanos(LOOK_NANOS);
        }
        long repeated = delivered.check(streams, repeats);
        if (repeated > 0) {
            say(repeated + " events repeated");
        }
    }

    /** Whether what memory held may come twice. */
    private boolean repeats() {
        return isDual();
    }

    private boolean isDual() {
        return options.channel().equals("dual");
    }

    void await(String what, BooleanSupplier condition) throws IOException {
        long deadline = System.nanoTime() + LONG_NANOS;
        while (!condition.getAsBoolean()) {
            requireAlive();
            senders.forEach(StreamSender::rethrow);
            if (System.nanoTime() > deadline) {
                throw new Violation("not within 30 s: " + what + "; health: " + agent.get("/health", false));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void requireAlive() throws IOException {
        if (!agent.isAlive()) {
            throw new Violation("the agent ended: " + agent.said());
        }
    }

    void say(String what) {
        described.append(described.isEmpty() ? "" : ", ").append(what);
    }

    static void sleep(int millis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (deadline - System.nanoTime() > 0) {
            LockSupport.parkNanos(deadline - System.nanoTime());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException notYet) {
            return "";
        }
    }

    AgentUnderTest agent() {
        return agent;
    }

    LoopDisk disk() {
        return disk;
    }

    Path output() {
        return output;
    }

    boolean isMapped() {
        return options.appender().equals("mapped");
    }

    private String configuration(boolean withSink) {
        boolean dual = isDual();
        StringBuilder text = new StringBuilder("""
                a1.sources = in
                a1.channels = kept
                a1.sources.in.type = link
                a1.sources.in.bind = 127.0.0.1
                a1.sources.in.port = @PORT@
                a1.sources.in.channels = kept
                a1.sources.in.ack = %s
                a1.channels.kept.type = %s
                a1.channels.kept.sync = %s
                a1.channels.kept.appender = %s
                a1.channels.kept.dataDirs = %s
                a1.channels.kept.maxFileSize = 1m
                a1.channels.kept.maxEventBytes = 8k
                a1.channels.kept.minimumRequiredSpace = 1m
                """.formatted(
                        dual ? "safe" : "accepted",
                        options.channel(),
                        options.sync(),
                        options.appender(),
                        disk.folder().resolve("log")));
        if (dual) {
            text.append("a1.channels.kept.byteCapacity = 1m\na1.channels.kept.memoryCapacity = 1000\n");
        }
        if (withSink) {
            text.append("""
                    a1.sinks = out
                    a1.sinks.out.type = file_roll
                    a1.sinks.out.channel = kept
                    a1.sinks.out.sink.directory = %s
                    a1.sinks.out.sink.rollInterval = 1
                    """.formatted(output));
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        agent.close();
        senders.forEach(StreamSender::close);
        disk.close();
    }
}
