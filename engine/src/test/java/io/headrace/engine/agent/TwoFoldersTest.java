package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.Channel;
import io.headrace.wal.DiskFullException;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file channel over two folders for segments and a third one for its checkpoint, each of which fills up or fails. */
class TwoFoldersTest {
    private static final int EVENTS = 300_000;
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final CollectingSink sink = new CollectingSink("collect");
    private final Set<Path> full = ConcurrentHashMap.newKeySet();
    private final Set<Path> failing = ConcurrentHashMap.newKeySet();
    private Agent agent;

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.stopNow();
        }
    }

    @Test
    void shouldKeepOneOrderOverBothFoldersAndAfterAKill() throws IOException {
        sink.atDelivery = () -> {
            throw new IOException("nobody there");
        };
        start();
        await().atMost(LONG).until(() -> accepted() == EVENTS);
        assertThat(segmentsIn("one")).isGreaterThanOrEqualTo(2);
        assertThat(segmentsIn("two")).isGreaterThanOrEqualTo(2);
        assertThat(folder.resolve("three/checkpoint-a")).exists();
        assertThat(folder.resolve("one/checkpoint-a")).doesNotExist();
        agent.stopNow();

        sink.atDelivery = () -> {};
        start("a1.sources.r1.totalEvents = 1");
        await().atMost(LONG).until(() -> sink.bodies.size() >= EVENTS);
        assertThat(List.copyOf(sink.bodies).subList(0, EVENTS)).isEqualTo(numbers(EVENTS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"one", "two"})
    void shouldGoOnInTheOtherFolderAndWaitWhenBothAreFull(String firstFull) throws IOException {
        sink.atDelivery = () -> {
            throw new IOException("nobody there");
        };
        String other = firstFull.equals("one") ? "two" : "one";
        full.add(folder.resolve(firstFull));
        // More than is put before the folders are full, however fast the disk is.
        start("a1.sources.r1.totalEvents = 100000000");
        await().atMost(LONG).until(() -> segmentsIn(other) >= 3);
        assertThat(segmentsIn(firstFull)).isZero();
        full.add(folder.resolve(other));
        await().atMost(LONG).until(() -> agent.health().reasons().stream()
                .anyMatch(reason -> reason.startsWith("channel c1: ") && reason.contains("bytes are free")));
        long before = accepted();

        full.remove(folder.resolve(firstFull));
        // While nothing is taken, nothing is recycled in the other one.
        await().atMost(LONG).until(() -> segmentsIn(firstFull) > 0);
        sink.atDelivery = () -> {};
        await().atMost(LONG).until(() -> sink.bodies.size() > before + EVENTS);
        List<String> delivered = List.copyOf(sink.bodies);
        assertThat(delivered).isEqualTo(numbers(delivered.size()));
        await().atMost(LONG).until(() -> agent.health().isHealthy());
    }

    @Test
    void shouldFailWithTheNameOfTheFolderAndGoOnWhenItWorksAgain() throws IOException {
        // More than passes before the folder fails: what seq had put and nobody acknowledged is gone with the channel.
        start("a1.sources.r1.totalEvents = 100000000");
        await().atMost(LONG).until(() -> segmentsIn("two") > 0 && !sink.bodies.isEmpty());
        Channel first = agent.channel("c1");
        failing.add(folder.resolve("two"));
        await().atMost(LONG).until(() -> agent.health().reasons().stream()
                .anyMatch(reason -> reason.startsWith("channel c1: ")
                        && reason.contains(folder.resolve("two").toString())
                        && reason.contains("Input/output error")));
        failing.clear();
        await().atMost(LONG).until(() -> agent.channel("c1") != null && agent.channel("c1") != first);
        await().atMost(LONG).until(() -> agent.health().isHealthy());
        int delivered = sink.bodies.size();
        await().atMost(LONG).until(() -> sink.bodies.size() > delivered);
    }

    private long accepted() {
        Channel channel = agent.channel("c1");
        return channel == null ? 0 : channel.ledger().accepted();
    }

    private long segmentsIn(String name) throws IOException {
        Path segments = folder.resolve(name);
        if (!Files.isDirectory(segments)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(segments)) {
            return files.filter(file -> file.toString().endsWith(".wal")).count();
        }
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    private void start(String... more) {
        agent = TwoFoldersAgent.start(folder, sink, faulty(), EVENTS, more);
    }

    // ---- the real disk, with folders that are full or fail

    private Storage faulty() {
        Storage real = new FileStorage();
        return proxy(Storage.class, real, (name, path, result) -> {
            if (name.equals("usableSpace") && isIn(full, path)) {
                return 0L;
            }
            return result instanceof StorageFile file ? faulty(file, path) : result;
        });
    }

    private StorageFile faulty(StorageFile real, Path file) {
        return proxy(StorageFile.class, real, (name, path, result) -> {
            boolean changes = name.equals("write") || name.equals("zero") || name.equals("sync");
            if (changes && isIn(failing, file)) {
                throw new IOException(file + ": Input/output error");
            }
            if (name.equals("zero") && isIn(full, file)) {
                throw new DiskFullException(file + ": No space left on device", null);
            }
            return result;
        });
    }

    private static boolean isIn(Set<Path> folders, Path path) {
        return path != null && folders.stream().anyMatch(path::startsWith);
    }

    private interface Answer {
        Object to(String method, Path path, Object result) throws IOException;
    }

    private static <T> T proxy(Class<T> type, T real, Answer answer) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(real, arguments);
                        Path path = arguments != null && arguments[0] instanceof Path first ? first : null;
                        return answer.to(method.getName(), path, result);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
