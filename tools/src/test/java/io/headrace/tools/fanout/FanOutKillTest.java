package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three files that grow all the time, tailed into two {@code file} channels for each selector, drained by {@code
 * file_roll}, in an agent that is killed again and again: each channel's output has each of its lines once, in order.
 */
@Timeout(300)
class FanOutKillTest {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final Pattern DROPPED =
            Pattern.compile("\"CHANNEL.full\":\\{[^}]*\"EventPutErrorCount\":\"(\\d+)\"");

    @TempDir
    private Path folder;

    private final Map<String, RolledOutput> outputs = new HashMap<>();
    private GrowingFiles files;
    private Random random;

    @Test
    void shouldHaveEachLineOnceInEachChannelThoughTheAgentIsKilled() throws Exception {
        run(List.of("replicating", "multiplexing", "load_balancing"), 3, 7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"replicating", "multiplexing", "load_balancing"})
    @Tag("slow")
    void shouldHaveEachLineOnceThoughTheAgentIsKilledTwentyTimes(String selector) throws Exception {
        run(List.of(selector), 20, System.nanoTime());
    }

    private void run(List<String> selectors, int kills, long seed) throws Exception {
        random = new Random(seed);
        Path config = folder.resolve("a1.properties");
        Files.writeString(config, FanOutConfig.of(selectors, folder));
        for (String selector : selectors) {
            outputs.put(selector + "-1", new RolledOutput(folder.resolve(selector + "-1")));
            outputs.put(selector + "-2", new RolledOutput(folder.resolve(selector + "-2")));
        }
        files = new GrowingFiles(folder.resolve("in"), seed);
        try (KilledAgent agent = new KilledAgent(config, folder.resolve("agent.log"))) {
            files.start();
            try {
                for (int kill = 0; kill < kills; kill++) {
                    agent.start();
                    awaitMomentOfKill(agent);
                    agent.kill();
                }
            } finally {
                files.end();
            }
            agent.start();
            await(agent, "all is delivered", () -> selectors.stream().allMatch(this::isDelivered));
            if (selectors.contains("replicating")) {
                Matcher dropped = DROPPED.matcher(agent.metrics());
                assertThat(dropped.find()).as(agent.metrics()).isTrue();
                assertThat(Long.parseLong(dropped.group(1))).isPositive();
            }
            assertThat(agent.stop()).as(agent.log()).isZero();
            String described = "seed " + seed;
            for (String selector : selectors) {
                check(selector, described);
            }
        }
    }

    /** Mostly while lines are delivered, now and then while the agent is starting. */
    private void awaitMomentOfKill(KilledAgent agent) throws IOException {
        if (random.nextInt(4) > 0) {
            long before = delivered();
            await(agent, "something is delivered", () -> delivered() > before);
            pause(random.nextInt(400));
        } else {
            pause(200 + random.nextInt(600));
        }
        assertThat(agent.isAlive()).as(agent.log()).isTrue();
    }

    private boolean isDelivered(String selector) {
        long a = files.bytes(0);
        long b = files.bytes(1);
        long c = files.bytes(2);
        long first = bytes(selector + "-1");
        long second = bytes(selector + "-2");
        return switch (selector) {
            case "replicating" -> first >= a + b + c && second >= a + b + c;
            case "multiplexing" -> first >= a + c && second >= b + c;
            default -> first + second >= a + b + c;
        };
    }

    private void check(String selector, String described) throws IOException {
        List<RolledOutput.Line> first = outputs.get(selector + "-1").lines();
        List<RolledOutput.Line> second = outputs.get(selector + "-2").lines();
        switch (selector) {
            case "replicating" -> {
                checkWhole(first, GrowingFiles.NAMES, selector + " 1, " + described);
                checkWhole(second, GrowingFiles.NAMES, selector + " 2, " + described);
            }
            case "multiplexing" -> {
                checkWhole(first, List.of("a", "c"), selector + " 1, " + described);
                checkWhole(second, List.of("b", "c"), selector + " 2, " + described);
            }
            default -> checkSpread(first, second, described);
        }
    }

    /** Each line of these files, once and in order, and nothing else. */
    private void checkWhole(List<RolledOutput.Line> lines, List<String> names, String described) {
        Map<String, Integer> next = new HashMap<>();
        for (RolledOutput.Line line : lines) {
            assertThat(names).as(described).contains(line.file());
            assertThat(line.number())
                    .as("%s, file %s", described, line.file())
                    .isEqualTo(next.getOrDefault(line.file(), 0));
            next.put(line.file(), line.number() + 1);
        }
        names.forEach(name -> assertThat(next.getOrDefault(name, 0))
                .as("%s, file %s", described, name)
                .isEqualTo(files.lines(GrowingFiles.NAMES.indexOf(name))));
    }

    /** Each line in one of the two, in order within each, and each with its part. */
    private void checkSpread(List<RolledOutput.Line> first, List<RolledOutput.Line> second, String described) {
        Map<String, BitSet> found = new HashMap<>();
        for (List<RolledOutput.Line> lines : List.of(first, second)) {
            Map<String, Integer> last = new HashMap<>();
            for (RolledOutput.Line line : lines) {
                BitSet ofFile = found.computeIfAbsent(line.file(), name -> new BitSet());
                assertThat(ofFile.get(line.number()))
                        .as("%s: twice: %s", described, line)
                        .isFalse();
                ofFile.set(line.number());
                assertThat(line.number())
                        .as("%s: order: %s", described, line)
                        .isGreaterThan(last.getOrDefault(line.file(), -1));
                last.put(line.file(), line.number());
            }
        }
        for (int file = 0; file < GrowingFiles.NAMES.size(); file++) {
            assertThat(found.getOrDefault(GrowingFiles.NAMES.get(file), new BitSet())
                            .cardinality())
                    .as("%s: file %d", described, file)
                    .isEqualTo(files.lines(file));
        }
        int all = first.size() + second.size();
        assertThat(first.size()).as(described).isBetween(all * 2 / 5, all * 3 / 5);
    }

    private long delivered() {
        return outputs.keySet().stream().mapToLong(this::bytes).sum();
    }

    private long bytes(String channel) {
        try {
            return outputs.get(channel).bytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(KilledAgent agent, String what, BooleanSupplier condition) throws IOException {
        long deadline = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(agent.isAlive()).as("the agent lives: %s", agent.log()).isTrue();
            assertThat(deadline - System.nanoTime())
                    .as("%s: %s", what, agent.log())
                    .isPositive();
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static void pause(int millis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (deadline - System.nanoTime() > 0) {
            LockSupport.parkNanos(deadline - System.nanoTime());
        }
    }
}
