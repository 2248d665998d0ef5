package io.headrace.engine.flume;

import static io.headrace.engine.flume.RealChannel.frame;
import static io.headrace.engine.flume.RealChannel.numbers;
import static io.headrace.engine.flume.RealChannel.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogDamagedException;
import io.headrace.wal.LogPlace;
import io.headrace.wal.LogStatus;
import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Flume's tests of its file channel ask for, asked of ours, on a real folder. */
class FlumeFileChannelTest {
    @TempDir
    Path folder;

    private RealChannel open(String... keys) throws IOException {
        return RealChannel.onDisk("file", folder, keys);
    }

    /** What was acknowledged or applied before is in a checkpoint when this returns. */
    static void awaitCheckpoint(RealChannel channel) {
        ChannelSettings settings = channel.channel.settings();
        soon().until(() -> {
            Storage storage = new FileStorage();
            LogPlace place = LogPlace.find(storage, settings.dataFolders().get(0), settings.checkpointFolder());
            LogStatus written = LogStatus.read(storage, place);
            return written.lowWater() == channel.channel.lowWater()
                    && written.durable() >= channel.channel.acknowledged();
        });
    }

    /** Puts one event after the other until there is no room. */
    private static List<String> fill(RealChannel channel) {
        List<String> put = new ArrayList<>();
        String body = "event 0";
        while (channel.put(body) == PutStatus.ACCEPTED) {
            put.add(body);
            body = "event " + put.size();
        }
        soon().until(() -> channel.channel.acknowledged() >= put.size());
        return put;
    }

    @ParameterizedTest
    @ValueSource(strings = {"capacity=-3", "capacity=0", "transactionCapacity=-1"})
    void shouldRefuseCapacitiesThatAreNone(String setting) {
        String key = setting.substring(0, setting.indexOf('='));
        String value = setting.substring(setting.indexOf('=') + 1);
        assertThatThrownBy(() -> RealChannel.onDiskSettings("file", folder, key, value))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(key + ": " + value);
    }

    @Test
    void shouldGiveAfterARestartWhatWasTakenAndNotCommitted() throws IOException {
        RealChannel channel = open();
        for (String body : numbers(0, 5)) {
            channel.putAll(body);
        }
        assertThat(RealChannel.bodies(channel.awaitLease(2))).containsExactly("0", "1");
        assertThat(RealChannel.bodies(channel.awaitLease(3))).containsExactly("2", "3", "4");
        channel.putAll("5");
        awaitCheckpoint(channel);
        channel.stop();
        try (RealChannel again = open()) {
            assertThat(again.take(6)).containsExactly(numbers(0, 6));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldKeepWhatWasPutOnEitherSideOfACheckpoint(boolean orderly) throws IOException {
        RealChannel channel = open("capacity", "10");
        channel.putAll("before");
        awaitCheckpoint(channel);
        channel.putAll("between");
        awaitCheckpoint(channel);
        channel.putAll("after");
        if (orderly) {
            channel.stop();
        } else {
            channel.close();
        }
        try (RealChannel again = open("capacity", "10")) {
            assertThat(again.take(3)).containsExactly("before", "between", "after");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "10", "100"})
    void shouldTakeAnotherCapacityAtARestart(String capacity) throws IOException {
        RealChannel channel = open("capacity", "10");
        List<String> put = fill(channel);
        assertThat(put).hasSize(10);
        channel.stop();
        try (RealChannel again = open("capacity", capacity)) {
            assertThat(again.counter("ChannelCapacity")).isEqualTo(Long.parseLong(capacity));
            assertThat(again.put("more")).isEqualTo(capacity.equals("100") ? PutStatus.ACCEPTED : PutStatus.FULL);
            assertThat(again.take(10)).isEqualTo(put);
        }
    }

    @Test
    void shouldServeBatchesOfAnySize() throws IOException {
        try (RealChannel channel = open()) {
            assertThat(channel.lease(5)).isNull();
            for (String body : numbers(0, 5)) {
                channel.putAll(body);
            }
            channel.putAll(numbers(5, 10));
            assertThat(channel.take(10)).containsExactly(numbers(0, 10));
            assertThat(channel.lease(5)).isNull();
        }
    }

    @Test
    void shouldKeepNullHeaderValuesAsEmptyOnes() throws IOException {
        RealChannel channel = open();
        channel.put(Collections.singletonMap("test_key", null), "body");
        soon().until(channel.ticket::isAcknowledged);
        channel.close();
        try (RealChannel again = open()) {
            Lease lease = again.awaitLease(1);
            EventCursor event = new EventCursor().wrap(lease.frame(0));
            assertThat(event.next()).isTrue();
            assertThat(event.headers()).containsExactly(Map.entry("test_key", ""));
            lease.commit();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReopenWhenNothingWasPut(boolean orderly) throws IOException {
        RealChannel channel = open();
        assertThat(channel.lease(1)).isNull();
        if (orderly) {
            channel.stop();
        } else {
            channel.close();
        }
        try (RealChannel again = open()) {
            assertThat(again.lease(1)).isNull();
            again.putAll("first");
            assertThat(again.take(1)).containsExactly("first");
        }
    }

    @Test
    void shouldFreeNoRoomByARollback() throws IOException {
        try (RealChannel channel = open("capacity", "5", "transactionCapacity", "5")) {
            List<String> put = fill(channel);
            assertThat(put).hasSize(5);
            channel.awaitLease(1).rollback();
            assertThat(fill(channel)).isEmpty();
            assertThat(channel.take(5)).isEqualTo(put);
        }
    }

    /** A put that waits begins before the take that makes room for it, and yet comes after it. */
    @Test
    void shouldKeepTheOrderOfAPutThatWaitedForATake() throws Exception {
        RealChannel channel = open("capacity", "10", "transactionCapacity", "10", "keep-alive", "60");
        List<String> put = fill(channel);
        CompletableFuture<PutStatus> waiting = CompletableFuture.supplyAsync(() -> {
            Frame frame = frame(Map.of(), "waited");
            try {
                return channel.processor.put(channel.input, 0, frame, true, channel.ticket);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                frame.release();
            }
        });
        soon().until(() -> channel.counter("Full_events") > 1);
        assertThat(waiting).isNotDone();
        assertThat(channel.take(1)).isEqualTo(put.subList(0, 1));
        assertThat(waiting.get()).isEqualTo(PutStatus.ACCEPTED);
        channel.stop();
        try (RealChannel again = open("capacity", "10", "transactionCapacity", "10")) {
            assertThat(again.take(10)).startsWith("event 1", "event 2").endsWith("event 9", "waited");
            assertThat(again.channel.size()).isZero();
        }
    }

    @Test
    void shouldRefuseAFolderThatIsInUse() throws IOException {
        try (RealChannel channel = open()) {
            assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("data");
            channel.putAll("still here");
            assertThat(channel.take(1)).containsExactly("still here");
        }
        open().close();
    }

    @Test
    void shouldNotGiveAgainWhatWasCommittedAfterTheCheckpoint() throws IOException {
        RealChannel channel = open();
        for (String body : numbers(0, 20)) {
            channel.putAll(body);
        }
        Lease lease = channel.awaitLease(1);
        channel.putAll("20");
        awaitCheckpoint(channel);
        lease.commit();
        channel.stop();
        try (RealChannel again = open()) {
            assertThat(again.take(20)).containsExactly(numbers(1, 21));
        }
    }

    @Test
    void shouldKeepTheSegmentsOfWhatIsLeased() throws IOException {
        try (RealChannel channel = open("byteCapacity", "1m")) {
            List<String> put = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                put.add(i + "x".repeat(200_000));
                channel.putAll(put.get(i));
            }
            Lease lease = channel.awaitLease(1);
            channel.putAll("last");
            put.add("last");
            awaitCheckpoint(channel);
            lease.rollback();
            assertThat(channel.take(41)).isEqualTo(put);
        }
    }

    @Test
    void shouldHoldAllOfItAfterALargeRollback() throws IOException {
        try (RealChannel channel = open()) {
            channel.putAll(numbers(0, 100));
            channel.awaitLease(100).rollback();
            assertThat(channel.channel.size()).isEqualTo(100);
            assertThat(channel.take(100)).containsExactly(numbers(0, 100));
            assertThat(channel.channel.size()).isZero();
        }
    }

    /** Flume skips such an event unless each transaction is synced; here the channel fails and says where. */
    @Test
    void shouldFailWhereABacklogIsDamagedAndSkipNothing() throws IOException {
        RealChannel channel = open("sync", "never");
        String[] bodies = numbers(0, 100);
        bodies[50] = "a body that can be found";
        channel.putAll(bodies);
        channel.stop();
        flipAByteOf("a body that can be found");
        RealChannel again = null;
        try {
            again = open("sync", "never");
            RealChannel opened = again;
            soon().until(() -> opened.channel.failure() != null);
            assertThat(again.channel.failure()).isInstanceOf(LogDamagedException.class);
            assertThat(again.lease(100)).isNull();
            assertThat(again.put("more")).isEqualTo(PutStatus.CLOSED);
            assertThat(again.counter("Unhealthy")).isEqualTo(1);
        } finally {
            if (again != null) {
                again.close();
            }
        }
    }

    private void flipAByteOf(String content) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("data"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".wal")).toList()) {
                int at = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).indexOf(content);
                if (at >= 0) {
                    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        out.write(ByteBuffer.wrap(new byte[] {'A'}), at);
                    }
                    return;
                }
            }
        }
        throw new AssertionError(content + ": not in any segment");
    }

    @Test
    void shouldShowWhetherItIsOpen() throws IOException {
        RealChannel channel = open();
        assertThat(channel.counter("Open")).isEqualTo(1);
        assertThat(channel.counter("Closed")).isZero();
        assertThat(channel.counter("Unhealthy")).isZero();
        channel.stop();
        assertThat(channel.counter("Open")).isZero();
        assertThat(channel.counter("Closed")).isEqualTo(1);
        assertThat(channel.counter("Unhealthy")).isZero();
    }

    @Test
    void shouldCountPutsAndTakes() throws IOException {
        try (RealChannel channel = open()) {
            channel.putAll("test1", "test2");
            assertThat(channel.counter("EventPutAttemptCount")).isEqualTo(2);
            assertThat(channel.counter("EventPutSuccessCount")).isEqualTo(2);
            assertThat(channel.counter("EventPutErrorCount")).isZero();
            channel.take(2);
            assertThat(channel.counter("EventTakeAttemptCount")).isPositive();
            assertThat(channel.counter("EventTakeSuccessCount")).isEqualTo(2);
            assertThat(channel.counter("ChannelSize")).isZero();
        }
    }

    /** The only way not to keep a batch is not to have put it, so nothing of one that was refused may come back. */
    @Test
    void shouldNotBringBackWhatWasRefused() throws IOException {
        RealChannel channel = open("capacity", "50", "transactionCapacity", "50");
        channel.putAll(numbers(0, 50));
        assertThat(channel.put("refused")).isEqualTo(PutStatus.FULL);
        channel.close();
        try (RealChannel again = open("capacity", "50", "transactionCapacity", "50")) {
            assertThat(again.take(50)).containsExactly(numbers(0, 50));
            assertThat(again.lease(1)).isNull();
        }
    }

    @Test
    void shouldGiveAfterAKillOnlyWhatTheSinkHadLeft() throws IOException {
        RealChannel channel = open();
        for (String body : numbers(0, 100)) {
            channel.putAll(body);
        }
        assertThat(channel.take(99)).containsExactly(numbers(0, 99));
        awaitCommitted(channel, 99);
        channel.close();
        try (RealChannel again = open()) {
            assertThat(again.take(1)).containsExactly("99");
            assertThat(again.channel.size()).isZero();
        }
    }

    /** Commits stand in the next checkpoint, 200 ms later; a kill before it gives the events again to such a sink. */
    private static void awaitCommitted(RealChannel channel, long events) {
        soon().until(() -> channel.channel.ledger().delivered() >= events);
        awaitCheckpoint(channel);
    }

    /** As Flume's commits that meet in one sync, without waiting for one another. */
    @Test
    void shouldSyncManyPutsTogether() throws IOException {
        try (RealChannel channel = open()) {
            for (String body : numbers(0, 1000)) {
                assertThat(channel.put(body)).isEqualTo(PutStatus.ACCEPTED);
            }
            soon().until(channel.ticket::isAcknowledged);
            assertThat(channel.counter("LogSyncCount")).isBetween(1L, 500L);
            assertThat(channel.take(1000)).containsExactly(numbers(0, 1000));
        }
    }

    /** Flume goes on and tries again; a failed write is never tried again here, the channel is opened anew instead. */
    @Test
    void shouldCountACheckpointThatCannotBeWrittenAndFail() throws IOException {
        AtomicBoolean broken = new AtomicBoolean();
        RealChannel channel = RealChannel.onDisk("file", folder, brokenBelow(folder.resolve("checkpoint"), broken));
        channel.putAll("first");
        awaitCheckpoint(channel);
        assertThat(channel.counter("CheckpointWriteErrorCount")).isZero();
        broken.set(true);
        channel.putAll("second");
        soon().until(() -> channel.channel.failure() != null);
        assertThat(channel.counter("CheckpointWriteErrorCount")).isEqualTo(1);
        assertThat(channel.counter("Unhealthy")).isEqualTo(1);
        assertThat(channel.put("third")).isEqualTo(PutStatus.CLOSED);
        channel.close();
        try (RealChannel again = open()) {
            assertThat(again.take(2)).containsExactly("first", "second");
        }
    }

    /** The real disk, on which files below a folder cannot be written while {@code broken}. */
    private static Storage brokenBelow(Path place, AtomicBoolean broken) {
        Storage real = new FileStorage();
        return proxy(Storage.class, (method, arguments) -> {
            Object result = method.invoke(real, arguments);
            if (!(result instanceof StorageFile file) || !((Path) arguments[0]).startsWith(place)) {
                return result;
            }
            return proxy(StorageFile.class, (ofFile, given) -> {
                if (broken.get() && ofFile.getName().equals("write")) {
                    throw new IOException("Input/output error");
                }
                return ofFile.invoke(file, given);
            });
        });
    }

    private interface Answer {
        Object to(Method method, Object[] arguments) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            try {
                return answer.to(method, given);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }
}
