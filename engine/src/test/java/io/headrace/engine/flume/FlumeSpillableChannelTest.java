package io.headrace.engine.flume;

import static io.headrace.engine.flume.RealChannel.numbers;
import static io.headrace.engine.flume.RealChannel.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.FullReason;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Flume's tests of its spillable memory channel ask for, asked of ours under the same name, on a real folder. */
class FlumeSpillableChannelTest {
    @TempDir
    Path folder;

    private RealChannel open(String... keys) throws IOException {
        return RealChannel.onDisk("SPILLABLEMEMORY", folder, keys);
    }

    private static void putAll(RealChannel channel, int from, int count) {
        assertThat(channel.putWaiting(numbers(from, from + count))).isEqualTo(PutStatus.ACCEPTED);
    }

    /** Single events until there is no room for this reason; others pass, as memory that is being written. */
    private static int fill(RealChannel channel, FullReason reason) {
        int[] put = {0};
        soon().until(() -> {
            while (channel.putWaiting(String.valueOf(put[0])) == PutStatus.ACCEPTED) {
                put[0]++;
            }
            return channel.ticket.fullReason() == reason;
        });
        return put[0];
    }

    @Test
    void shouldGiveBackWhatWasPut() throws IOException {
        try (RealChannel channel = open("memoryCapacity", "5", "overflowCapacity", "5", "transactionCapacity", "5")) {
            putAll(channel, 0, 2);
            assertThat(channel.take(2)).containsExactly("0", "1");
        }
    }

    @Test
    void shouldRefuseWhenMemoryIsFullAndNothingMaySpill() throws IOException {
        try (RealChannel channel = open("memoryCapacity", "2", "overflowCapacity", "0", "keep-alive", "0")) {
            assertThat(fill(channel, FullReason.EVENTS)).isEqualTo(2);
            assertThat(channel.counter("Spilling")).isZero();
            assertThat(channel.take(2)).containsExactly("0", "1");
            assertThat(channel.lease(1)).isNull();
        }
    }

    @Test
    void shouldSpillAndRefuseWhenTheLogHoldsItsCapacity() throws IOException {
        try (RealChannel channel = open("memoryCapacity", "2", "overflowCapacity", "4", "keep-alive", "0")) {
            int put = fill(channel, FullReason.OVERFLOW);
            assertThat(put).isBetween(4, 7);
            assertThat(channel.take(put)).containsExactly(numbers(0, put));
            assertThat(channel.put("again")).isEqualTo(PutStatus.ACCEPTED);
        }
    }

    /** Flume loses what was in memory at a restart; an orderly stop writes it here. */
    @ParameterizedTest
    @CsvSource({"2, 1", "100, 0"})
    void shouldKeepMemoryAndLogOverAnOrderlyRestart(String memoryCapacity, long spilling) throws IOException {
        String[] keys = {"memoryCapacity", memoryCapacity, "overflowCapacity", "10", "transactionCapacity", "4"};
        RealChannel channel = open(keys);
        putAll(channel, 1, 2);
        putAll(channel, 3, 2);
        assertThat(channel.counter("Spilling")).isEqualTo(spilling);
        channel.stop();
        try (RealChannel again = open(keys)) {
            assertThat(again.take(4)).containsExactly("1", "2", "3", "4");
        }
    }

    @Test
    void shouldGiveFromMemoryAndLogInTheOrderOfThePuts() throws IOException {
        try (RealChannel channel = open("memoryCapacity", "10", "overflowCapacity", "20")) {
            putAll(channel, 1, 5);
            putAll(channel, 6, 5);
            putAll(channel, 11, 5);
            putAll(channel, 16, 5);
            assertThat(channel.take(10)).containsExactly(numbers(1, 11));
            putAll(channel, 21, 2);
            putAll(channel, 23, 3);
            assertThat(channel.take(10)).containsExactly(numbers(11, 21));
            putAll(channel, 26, 5);
            assertThat(channel.take(10)).containsExactly(numbers(21, 31));
            assertThat(channel.channel.size()).isZero();
        }
    }

    @Test
    void shouldStartWithoutTakingTheMemoryThatItMayUse() throws IOException {
        try (RealChannel channel = open("memoryCapacity", "10000000", "overflowCapacity", "20000000")) {
            putAll(channel, 1, 5);
            putAll(channel, 6, 5);
            putAll(channel, 11, 5);
            assertThat(channel.take(15)).containsExactly(numbers(1, 16));
            assertThat(channel.counter("Spilling")).isZero();
        }
    }

    @Test
    void shouldSpillWhenBytesRunShortThoughEventsDoNot() throws IOException {
        try (RealChannel channel =
                open("memoryCapacity", "1000", "byteCapacity", "2000", "overflowCapacity", "20", "keep-alive", "0")) {
            int put = fill(channel, FullReason.OVERFLOW);
            assertThat(put).isBetween(20, 40);
            assertThat(channel.counter("SpillRunCount")).isPositive();
            assertThat(channel.take(put)).containsExactly(numbers(0, put));
        }
    }

    /** Flume ends a batch where memory and disk meet; a lease goes over the boundary. */
    @Test
    void shouldLeaseOverTheBoundaryOfMemoryAndLog() throws IOException {
        try (RealChannel channel = open("memoryCapacity", "5", "overflowCapacity", "100")) {
            for (int i = 1; i < 21; i++) {
                putAll(channel, i, 1);
            }
            assertThat(channel.counter("Spilling")).isEqualTo(1);
            List<String> taken = new ArrayList<>();
            soon().until(() -> {
                Lease lease = channel.lease(100);
                if (lease != null) {
                    taken.addAll(RealChannel.bodies(lease));
                    lease.commit();
                }
                return taken.size() == 20;
            });
            assertThat(taken).containsExactly(numbers(1, 21));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 2})
    void shouldGiveAgainWhatWasRolledBack(int memoryCapacity) throws IOException {
        try (RealChannel channel = open("memoryCapacity", String.valueOf(memoryCapacity), "overflowCapacity", "900")) {
            putAll(channel, 1, 5);
            assertThat(channel.take(5)).containsExactly(numbers(1, 6));
            assertThat(channel.lease(1)).isNull();
            putAll(channel, 16, 5);
            Lease lease = channel.awaitLease(5);
            assertThat(RealChannel.bodies(lease)).containsExactly(numbers(16, 21));
            assertThat(channel.lease(1)).isNull();
            lease.rollback();
            putAll(channel, 21, 5);
            assertThat(channel.take(10)).containsExactly(numbers(16, 26));
        }
    }

    @Test
    void shouldTakeOtherCapacitiesAtARestart() throws IOException {
        RealChannel small = open("memoryCapacity", "10", "overflowCapacity", "0", "keep-alive", "0");
        assertThat(fill(small, FullReason.EVENTS)).isEqualTo(10);
        small.stop();
        RealChannel larger = open("memoryCapacity", "20", "overflowCapacity", "0", "keep-alive", "0");
        assertThat(larger.counter("ChannelCapacity")).isEqualTo(20);
        assertThat(larger.take(10)).containsExactly(numbers(0, 10));
        assertThat(fill(larger, FullReason.EVENTS)).isEqualTo(20);
        larger.stop();
        RealChannel standard = open();
        assertThat(standard.counter("ChannelCapacity")).isEqualTo(10_000 + 100_000_000);
        assertThat(standard.take(20)).containsExactly(numbers(0, 20));
        standard.stop();
    }

    @Test
    void shouldCountInMemoryAndOnDisk() throws IOException {
        try (RealChannel channel = open("memoryCapacity", "500", "overflowCapacity", "5000")) {
            putAll(channel, 0, 250);
            putAll(channel, 250, 100);
            assertThat(channel.counter("ChannelSize")).isEqualTo(350);
            assertThat(channel.counter("EventPutAttemptCount")).isEqualTo(350);
            assertThat(channel.counter("EventPutSuccessCount")).isEqualTo(350);
            channel.take(350);
            assertThat(channel.counter("ChannelSize")).isZero();
            assertThat(channel.counter("EventTakeSuccessCount")).isEqualTo(350);
            for (int i = 0; i < 20; i++) {
                putAll(channel, i * 100, 100);
            }
            assertThat(channel.counter("ChannelSize")).isEqualTo(2000);
            assertThat(channel.counter("EventPutSuccessCount")).isEqualTo(2350);
            assertThat(channel.counter("SpillRunCount")).isEqualTo(1);
            channel.take(500);
            assertThat(channel.counter("ChannelSize")).isEqualTo(1500);
            channel.take(1500);
            assertThat(channel.counter("ChannelSize")).isZero();
            assertThat(channel.counter("EventTakeSuccessCount")).isEqualTo(2350);
        }
    }

    @Test
    void shouldServeOneSourceAndOneSinkAtOnceInOrder() throws IOException {
        try (RealChannel channel = open("memoryCapacity", "100020", "overflowCapacity", "0", "keep-alive", "60")) {
            CompletableFuture<Void> source = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 500; i++) {
                    putAll(channel, i * 100, 100);
                }
            });
            assertThat(channel.take(50_000)).containsExactly(numbers(0, 50_000));
            source.join();
            assertThat(channel.channel.size()).isZero();
        }
    }

    @Test
    void shouldServeManySourcesAndSinksThroughTheLogAlone() throws IOException {
        int sources = 4;
        int batches = 50;
        try (RealChannel channel = open("memoryCapacity", "0", "overflowCapacity", "100000", "keep-alive", "60")) {
            ConcurrentLinkedQueue<String> taken = new ConcurrentLinkedQueue<>();
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < sources; i++) {
                int source = i;
                all.add(CompletableFuture.runAsync(() -> putBatches(channel, source, batches)));
            }
            for (int i = 0; i < 4; i++) {
                ChannelConsumer sink = channel.channel.consumer("sink" + i);
                all.add(CompletableFuture.runAsync(() -> takeUntil(sink, taken, sources * batches * 10)));
            }
            all.forEach(CompletableFuture::join);
            List<String> sorted = new ArrayList<>(taken);
            Collections.sort(sorted);
            assertThat(sorted)
                    .isEqualTo(IntStream.range(0, sources)
                            .boxed()
                            .flatMap(source -> IntStream.range(0, batches * 10).mapToObj(i -> source + "/" + i))
                            .sorted()
                            .toList());
            soon().until(() -> channel.channel.ledger().held() == 0);
            assertThat(channel.channel.ledger().balances()).isTrue();
        }
    }

    private static void putBatches(RealChannel channel, int source, int batches) {
        ChannelProcessor processor = RealChannel.processor(channel.channel);
        PutTicket ticket = processor.newTicket();
        try (SourceInput input = processor.anonymousInput()) {
            for (int i = 0; i < batches; i++) {
                int first = i * 10;
                String[] bodies = IntStream.range(first, first + 10)
                        .mapToObj(number -> source + "/" + number)
                        .toArray(String[]::new);
                Frame frame = RealChannel.frame(Map.of(), bodies);
                assertThat(processor.put(input, 0, frame, true, ticket)).isEqualTo(PutStatus.ACCEPTED);
                frame.release();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void takeUntil(ChannelConsumer sink, ConcurrentLinkedQueue<String> taken, int events) {
        soon().until(() -> {
            Lease lease = sink.tryLease(50, 1 << 20);
            while (lease != null) {
                taken.addAll(RealChannel.bodies(lease));
                lease.commit();
                lease = sink.tryLease(50, 1 << 20);
            }
            return taken.size() >= events;
        });
    }
}
