package io.headrace.tools.powercut;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * System calls fail. {@code strace} injects the error: either once into a running agent, which must say so, reopen and go
 * on, or again and again into every thread from the start on. {@code prlimit} makes writes short: those that cross a
 * certain offset of a file write what is before it. Afterwards the disk is cut or the agent killed, since what a failed
 * sync left in the page cache would otherwise hide a loss.
 */
final class SyncErrors {
    private static final int LONGEST_WAIT_MILLIS = 5_000;
    private static final int OTHERS_MILLIS = 600;
    private static final int STEP_MILLIS = 20;
    private static final int SHORTEST_FAILURE_MILLIS = 100;

    /** The journal's thread and those that write beside it, in the 15 characters that Linux keeps of a name. */
    private static final List<String> WRITERS = List.of("channel-kept-jo", "channel-kept-wr");

    /** What {@code /health} says of the channel, with the reason. */
    private static final Pattern FAILED =
            Pattern.compile("\"channel kept: (retrying|failed): [^\"]*(Input/output error|No space left on device)");

    private static final Pattern GIVEN_UP = Pattern.compile("\"channel kept: failed: [^\"]*Input/output error");
    private static final int MOST_FAILURES = 3;
    private static final int STAYS_MILLIS = 1_500;

    /** What fails, and with what. */
    private record Fault(String call, String error) {
        @Override
        public String toString() {
            return call + " " + error;
        }
    }

    private static final List<Fault> FAULTS = List.of(
            new Fault("fdatasync", "EIO"),
            new Fault("fdatasync", "EIO"),
            new Fault("fsync", "EIO"),
            new Fault("fdatasync", "ENOSPC"),
            new Fault("pwrite64", "EIO"),
            new Fault("pwrite64", "ENOSPC"),
            new Fault("writev", "EIO"));

    private final Chain chain;
    private final Random random;

    /** Names of threads by their numbers: who fails may have ended before anybody asks. */
    private final Map<String, String> names = new HashMap<>();

    SyncErrors(Chain chain, Random random) {
        this.chain = chain;
        this.random = random;
    }

    /**
     * Every call fails from some moment on. After three failures in a row the channel stays closed whatever the disk does
     * then, and says so; the agent lives, and nothing is acknowledged any more. Started again, it has everything.
     */
    boolean runUntilGivenUp() throws IOException {
        chain.begin();
        AgentUnderTest agent = chain.agent();
        Fault fault = random.nextInt(3) > 0
                ? new Fault("fdatasync,fsync,msync", "EIO")
                : new Fault("pwrite64,writev,fdatasync,fsync,msync", "EIO");
        Path trace = chain.work().resolve("trace");
        List<String> command = new ArrayList<>(inject(fault, trace, 1 + random.nextInt(5) + "+"));
        command.addAll(List.of("-p", Long.toString(agent.pid())));
        try (HealthWatch watch = new HealthWatch(agent)) {
            Process strace = attach(command);
            try {
                chain.await(fault + " for good: the channel is given up", () -> agent.said()
                        .contains("channel kept: given up until the agent is started again: "));
            } finally {
                detach(strace);
            }
            chain.await("/health says that it is given up, and why", () -> watch.heard(GIVEN_UP));
        }
        long acknowledged = chain.acknowledgedFrames();
        Chain.sleep(STAYS_MILLIS);
        AgentUnderTest.Answer health = agent.ask("/health");
        if (health == null
                || !health.isFailure()
                || !GIVEN_UP.matcher(health.body()).find()) {
            throw new Violation("it was given up and did not stay so: " + health);
        }
        if (agent.metric("LogErrorCount") != MOST_FAILURES || agent.metric("Closed") != 1) {
            throw new Violation("given up after LogErrorCount " + agent.metric("LogErrorCount") + " (expected: "
                    + MOST_FAILURES + "), Closed " + agent.metric("Closed") + " (expected: 1)");
        }
        if (chain.acknowledgedFrames() != acknowledged) {
            throw new Violation("frames were acknowledged by a channel that was given up");
        }
        chain.say(fault + " for good, given up");
        return endAndCompare(true);
    }

    boolean run() throws IOException {
        boolean counts;
        int kind = random.nextInt(6);
        if (kind == 0) {
            counts = shortWrites();
        } else {
            Fault fault = chain.isMapped() && random.nextBoolean()
                    ? new Fault("msync", "EIO")
                    : FAULTS.get(random.nextInt(FAULTS.size()));
            counts = kind < 4 ? once(fault) : again(fault);
        }
        return endAndCompare(counts);
    }

    private boolean endAndCompare(boolean counts) throws IOException {
        if (random.nextInt(3) > 0) {
            chain.say("then cut");
            chain.cutPower();
        } else {
            chain.say("then killed");
            chain.killAgent();
        }
        chain.startAndCompare();
        return counts;
    }

    private boolean once(Fault fault) throws IOException {
        chain.begin();
        AgentUnderTest agent = chain.agent();
        Path trace = chain.work().resolve("trace");
        List<String> command = new ArrayList<>(inject(fault, trace, "" + (1 + random.nextInt(60))));
        long failedBefore = agent.metric("LogErrorCount");
        command.addAll(List.of("-p", Long.toString(agent.pid())));
        try (HealthWatch watch = new HealthWatch(agent)) {
            Process strace = attach(command);
            String who;
            try {
                who = awaitInjection(trace);
            } finally {
                detach(strace);
            }
            if (who != null) {
                requireTold(fault, who, watch, failedBefore);
                requireHealthyAgain(fault, who);
            }
            chain.say(fault + " once" + (who == null ? ", no such call" : " in " + who));
            Chain.sleep(100 + random.nextInt(600));
            return who != null;
        }
    }

    private Process attach(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(chain.work().resolve("strace.log").toFile())
                .start();
    }

    /** It lets go of the agent. */
    private static void detach(Process strace) {
        strace.toHandle().destroy();
        strace.onExit().join();
    }

    private boolean again(Fault fault) throws IOException {
        if (chain.agent().isAlive()) {
            chain.agent().kill();
        }
        Path trace = chain.work().resolve("trace");
        List<String> command = inject(fault, trace, "" + (20 + random.nextInt(200)));
        command.add("--seccomp-bpf");
        chain.start(random.nextInt(4) > 0, command);
        try (HealthWatch watch = new HealthWatch(chain.agent())) {
            chain.setTraffic();
            String who = awaitInjection(trace);
            if (who != null) {
                requireTold(fault, who, watch, 0);
            }
            Chain.sleep(100 + random.nextInt(1000));
            chain.say(fault + (who == null ? ", no such call" : " again and again, first in " + who));
            return who != null;
        }
    }

    private boolean shortWrites() throws IOException {
        chain.begin();
        String pid = Long.toString(chain.agent().pid());
        long offset = 4096 + random.nextInt(1 << 20);
        LoopDisk.run("prlimit", "--pid", pid, "--fsize=" + offset + ":unlimited");
        Chain.sleep(100 + random.nextInt(400));
        LoopDisk.run("prlimit", "--pid", pid, "--fsize=unlimited:unlimited");
        boolean failed = chain.agent().said().contains("File too large");
        chain.say("writes end at " + offset + (failed ? "" : ", unnoticed"));
        Chain.sleep(100 + random.nextInt(600));
        return true;
    }

    private static List<String> inject(Fault fault, Path trace, String when) throws IOException {
        Files.deleteIfExists(trace);
        return new ArrayList<>(List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                trace.toString(),
                "-e",
                "trace=" + fault.call,
                "-e",
                "inject=" + fault.call + ":error=" + fault.error + ":when=" + when));
    }

    /**
     * The thread whose call failed, one that writes the log if there is one soon; null when no call came to that.
     */
    private String awaitInjection(Path trace) throws IOException {
        String found = null;
        int left = LONGEST_WAIT_MILLIS;
        while (left > 0) {
            noteNames();
            List<String> who = injected(trace);
            for (String name : who) {
                if (WRITERS.contains(name)) {
                    return name;
                }
            }
            if (found == null && !who.isEmpty()) {
                found = who.get(0);
                left = OTHERS_MILLIS;
            }
            if (!chain.agent().isAlive()) {
                throw new Violation("the agent ended: " + chain.agent().said());
            }
            Chain.sleep(STEP_MILLIS);
            left -= STEP_MILLIS;
        }
        return found;
    }

    private List<String> injected(Path trace) throws IOException {
        List<String> who = new ArrayList<>();
        if (Files.exists(trace)) {
            for (String line :
                    Files.readString(trace, StandardCharsets.ISO_8859_1).split("\n")) {
                if (line.contains("(INJECTED)")) {
                    who.add(names.getOrDefault(line.split(" ")[0], "a thread that ended"));
                }
            }
        }
        return who;
    }

    private void noteNames() {
        Path tasks = Path.of("/proc/" + chain.agent().pid() + "/task");
        try (Stream<Path> threads = Files.list(tasks)) {
            for (Path thread : threads.toList()) {
                String name = Files.readString(thread.resolve("comm")).strip();
                // A thread has its creator's name for a moment.
                names.merge(
                        thread.getFileName().toString(),
                        name,
                        (before, now) -> WRITERS.contains(before) ? before : now);
            }
        } catch (IOException | UncheckedIOException ended) {
            // A thread or the process ended meanwhile; whoever asks for the process finds out.
            return;
        }
    }

    /**
     * A journal whose write or sync failed must say so: in its log, in health with status 503 and the reason, and in the
     * metrics. It may be open again after 0.1 s, and a machine that is so busy that nobody was answered for as long proves
     * nothing about health.
     */
    private void requireTold(Fault fault, String who, HealthWatch watch, long failedBefore) throws IOException {
        if (!WRITERS.contains(who)) {
            return;
        }
        AgentUnderTest agent = chain.agent();
        chain.await(fault + " in " + who + ": the log says that the channel failed", () -> agent.said()
                .contains("ERROR Part: channel kept: "));
        chain.await(
                fault + " in " + who + ": LogErrorCount counts it",
                () -> agent.metric("LogErrorCount") > Math.max(0, failedBefore));
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MILLIS);
        while (!watch.heard(FAILED)) {
            if (System.nanoTime() > deadline) {
                if (watch.longestGapMillis() > SHORTEST_FAILURE_MILLIS) {
                    chain.say("health could not be asked in time");
                    return;
                }
                throw new Violation(fault + " in " + who + ": /health never said so");
            }
            Chain.sleep(STEP_MILLIS);
        }
        chain.say("told");
    }

    /** The disk is sound again: the same process goes on by itself, unless it met the fault three times. */
    private void requireHealthyAgain(Fault fault, String who) throws IOException {
        AgentUnderTest agent = chain.agent();
        long begun = System.nanoTime();
        chain.await(fault + " in " + who + ": the agent is healthy again", () -> {
            AgentUnderTest.Answer health = agent.ask("/health");
            return health != null
                    && (!health.isFailure() || GIVEN_UP.matcher(health.body()).find());
        });
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        if (millis > STEP_MILLIS) {
            chain.say("healthy again in " + millis + " ms");
        }
    }
}
