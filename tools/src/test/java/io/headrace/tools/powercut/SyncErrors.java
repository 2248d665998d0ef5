package io.headrace.tools.powercut;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * System calls fail. {@code strace} injects the error: either once into a running agent, which must say so, reopen and go
 * on, or again and again into every thread from the start on. {@code prlimit} makes writes short: those that cross a
 * certain offset of a file write what is before it. Afterwards the disk is cut or the agent killed, since what a failed
 * sync left in the page cache would otherwise hide a loss.
 */
final class SyncErrors {
    private static final int LONGEST_WAIT_MILLIS = 5_000;
    private static final int STEP_MILLIS = 20;
    private static final int SHORTEST_FAILURE_MILLIS = 100;

    /** The journal's thread, in the 15 characters that Linux keeps of a name. */
    private static final String JOURNAL = "channel-kept-jo";

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

    SyncErrors(Chain chain, Random random) {
        this.chain = chain;
        this.random = random;
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
        List<String> command = new ArrayList<>(inject(fault, trace, 1 + random.nextInt(60)));
        command.addAll(List.of("-p", Long.toString(agent.pid())));
        try (HealthWatch watch = new HealthWatch(agent)) {
            Process strace = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(chain.work().resolve("strace.log").toFile())
                    .start();
            String who;
            try {
                who = awaitInjection(trace);
            } finally {
                // It lets go of the agent.
                strace.toHandle().destroy();
                strace.onExit().join();
            }
            if (who != null) {
                requireTold(fault, who, watch);
            }
            chain.say(fault + " once" + (who == null ? ", no such call" : " in " + who));
            Chain.sleep(100 + random.nextInt(600));
            return who != null;
        }
    }

    private boolean again(Fault fault) throws IOException {
        if (chain.agent().isAlive()) {
            chain.agent().kill();
        }
        Path trace = chain.work().resolve("trace");
        List<String> command = inject(fault, trace, 20 + random.nextInt(200));
        command.add("--seccomp-bpf");
        chain.start(random.nextInt(4) > 0, command);
        try (HealthWatch watch = new HealthWatch(chain.agent())) {
            chain.setTraffic();
            String who = awaitInjection(trace);
            if (who != null) {
                requireTold(fault, who, watch);
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

    private static List<String> inject(Fault fault, Path trace, int when) throws IOException {
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

    /** The thread whose call failed; null when no call came to that. */
    private String awaitInjection(Path trace) throws IOException {
        for (int waited = 0; waited < LONGEST_WAIT_MILLIS; waited += STEP_MILLIS) {
            if (Files.exists(trace)) {
                for (String line :
                        Files.readString(trace, StandardCharsets.ISO_8859_1).split("\n")) {
                    if (line.contains("(INJECTED)")) {
                        return threadName(line.split(" ")[0]);
                    }
                }
            }
            if (!chain.agent().isAlive()) {
                throw new Violation("the agent ended: " + chain.agent().said());
            }
            Chain.sleep(STEP_MILLIS);
        }
        return null;
    }

    private String threadName(String id) {
        try {
            return Files.readString(Path.of("/proc/" + chain.agent().pid() + "/task/" + id + "/comm"))
                    .strip();
        } catch (IOException ended) {
            return "a thread that ended";
        }
    }

    /**
     * A journal whose write or sync failed must say so, in its log and in health. It may be open again after 0.1 s, and a
     * machine that is so busy that nobody was answered for as long proves nothing about health.
     */
    private void requireTold(Fault fault, String who, HealthWatch watch) throws IOException {
        if (!who.equals(JOURNAL)) {
            return;
        }
        chain.await(
                fault + " in " + who + ": the log says that the channel failed",
                () -> chain.agent().said().contains("ERROR Part: channel kept: "));
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MILLIS);
        while (!watch.heard("channel kept")) {
            if (System.nanoTime() > deadline) {
                if (watch.longestGapMillis() > SHORTEST_FAILURE_MILLIS) {
                    chain.say("health could not be asked in time");
                    return;
                }
                throw new Violation(fault + " in " + who + ": /health never said so");
            }
            Chain.sleep(STEP_MILLIS);
        }
    }
}
