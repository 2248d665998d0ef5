package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.ChannelProcessor;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Logs that are rotated in all ways while the source looks, is stopped, and is killed at any call: whatever the schedule,
 * each line arrives once, in order, but for what was destroyed before. {@code -Dtaildir.schedules=N} and
 * {@code -Dtaildir.seed=N} choose how many schedules run and which is the first.
 */
class TaildirSchedulesTest {
    private static final int LOGS = 3;
    private static final int STEPS = 40;
    private static final List<RotatedLog.Operation> OPERATIONS = List.of(RotatedLog.Operation.values());
    private static final int MOST_CALLS_TO_A_KILL = 150;

    @TempDir
    Path folder;

    /** The process is gone. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    @Test
    void shouldDeliverEachLineOnceWhateverIsRotatedAndKilled() throws IOException {
        int first = Integer.getInteger("taildir.seed", 1);
        int schedules = Integer.getInteger("taildir.schedules", 70);
        for (int seed = first; seed < first + schedules; seed++) {
            List<String> steps = new ArrayList<>();
            try (Schedule schedule = new Schedule(Files.createDirectory(folder.resolve("s" + seed)), seed, steps)) {
                schedule.run();
            } catch (AssertionError | IOException | RuntimeException e) {
                throw new AssertionError("seed " + seed + " after " + steps, e);
            }
            delete(folder.resolve("s" + seed));
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** One schedule. */
    private static final class Schedule implements AutoCloseable {
        private final TailRig rig;
        private final SplittableRandom random;
        private final List<String> steps;
        private final LineOracle oracle;
        private final List<RotatedLog> logs = new ArrayList<>();
        private final boolean keepsOpen;
        private boolean running;
        private int safe;
        private int callsToKill = -1;

        Schedule(Path folder, int seed, List<String> steps) throws IOException {
            random = new SplittableRandom(seed);
            this.steps = steps;
            rig = new TailRig(folder);
            oracle = new LineOracle(rig.channel);
            keepsOpen = random.nextBoolean();
            rig.with("lineEnding", "keep")
                    .with("batchSize", Integer.toString(1 + random.nextInt(6)))
                    .with("maxBatchCount", random.nextBoolean() ? "1" : "1000")
                    .with("maxLineBytes", random.nextInt(4) == 0 ? "1024" : "1000000")
                    .with("writePosInterval", random.nextBoolean() ? "3000" : "1000000");
            if (keepsOpen) {
                rig.with("idleTimeout", "1000000000");
            } else {
                rig.with("idleTimeout", random.nextBoolean() ? "2000" : "30000")
                        .with("maxOpenFiles", random.nextBoolean() ? "1" : "100");
            }
            rig.processor = (ChannelProcessor) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {ChannelProcessor.class}, (proxy, method, args) -> {
                        called();
                        try {
                            Object result = method.invoke(rig.channel, args);
                            called();
                            return result;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
            rig.clock.asked = this::called;
            for (int i = 0; i < LOGS; i++) {
                logs.add(new RotatedLog(
                        rig.logs,
                        "L" + i + ".log",
                        oracle,
                        rig.clock,
                        random,
                        () -> running,
                        () -> running && keepsOpen));
            }
        }

        private void called() {
            if (callsToKill >= 0 && callsToKill-- == 0) {
                throw new Killed();
            }
        }

        void run() throws IOException {
            for (int step = 0; step < STEPS; step++) {
                step();
                oracle.arrived();
            }
            for (RotatedLog log : logs) {
                log.finishLine();
            }
            if (!running) {
                start();
            }
            settle();
            rig.idle();
            stop();
            start();
            settle();
            oracle.checkSettled();
        }

        private void step() throws IOException {
            int choice = random.nextInt(100);
            if (choice < 55) {
                int log = random.nextInt(LOGS);
                RotatedLog.Operation operation = random.nextInt(3) == 0
                        ? RotatedLog.Operation.APPEND
                        : OPERATIONS.get(random.nextInt(OPERATIONS.size()));
                steps.add(log + " " + operation);
                logs.get(log).run(operation);
            } else if (!running) {
                steps.add("start");
                start();
            } else if (choice < 72) {
                steps.add("look");
                rig.clock.advanceMillis(1 + random.nextInt(1_500));
                rig.source.poll();
            } else if (choice < 80) {
                steps.add("settle");
                settle();
            } else if (choice < 84) {
                safe = safe + random.nextInt(rig.channel.journaled() - safe + 1);
                steps.add("safe " + safe);
                rig.channel.makeSafe(safe);
            } else if (choice < 88) {
                rig.channel.full = !rig.channel.full;
                steps.add("full " + rig.channel.full);
            } else if (choice < 91) {
                steps.add("stop");
                stop();
            } else {
                kill();
            }
        }

        private void start() throws IOException {
            running = true;
            rig.start();
        }

        private void stop() {
            rig.channel.full = false;
            rig.channel.makeSafe();
            safe = rig.channel.journaled();
            rig.source.stop();
            rig.channel.makeSafe();
            safe = rig.channel.journaled();
            rig.channel.restart();
            running = false;
            oracle.lifeEnded();
        }

        /** At any call of clock or channel, while it looks, or between two looks. */
        private void kill() throws IOException {
            callsToKill = random.nextInt(MOST_CALLS_TO_A_KILL);
            steps.add("kill after " + callsToKill);
            try {
                for (int looks = random.nextInt(4); looks > 0; looks--) {
                    rig.clock.advanceMillis(1);
                    rig.clock.advanceMillis(random.nextInt(1_500));
                    rig.source.poll();
                }
            } catch (Killed e) {
                steps.add("killed within a look");
            }
            callsToKill = -1;
            rig.source.release();
            running = false;
            rig.channel.full = false;
            safe = safe + random.nextInt(rig.channel.journaled() - safe + 1);
            rig.channel.keepFirst(safe);
            oracle.lifeEnded();
            if (random.nextBoolean()) {
                start();
            }
        }

        /** Time for all that is not waited for longer than some seconds. */
        private void settle() throws IOException {
            rig.channel.full = false;
            for (int i = 0; i < 14; i++) {
                rig.poll();
            }
            oracle.checkSettled();
            logs.forEach(RotatedLog::settled);
        }

        @Override
        public void close() throws IOException {
            callsToKill = -1;
            for (RotatedLog log : logs) {
                log.close();
            }
            rig.source.release();
        }
    }
}
