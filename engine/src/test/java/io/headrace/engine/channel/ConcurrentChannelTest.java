package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.frame.Frame;
import io.headrace.frame.Producer;
import io.headrace.wal.FileStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConcurrentChannelTest {
    private static final int SOURCES = 4;
    private static final int SINKS = 3;
    private static final int FRAMES = 400;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Set<String> delivered = ConcurrentHashMap.newKeySet();
    private final List<String> doubled = new CopyOnWriteArrayList<>();

    @Test
    void shouldNeitherLoseNorDoubleInMemory() throws Exception {
        exercise(ChannelSettings.memory("c1", 500).withKeepAliveSeconds(60));
    }

    @Test
    void shouldNeitherLoseNorDoubleWhileSpilling(@TempDir Path folder) throws Exception {
        exercise(ChannelSettings.dual("c1", 200, 100_000, folder)
                .withSegments(4 * 1024 * 1024, 1024 * 1024)
                .withKeepAliveSeconds(60));
    }

    @Test
    void shouldNeitherLoseNorDoubleOnDisk(@TempDir Path folder) throws Exception {
        exercise(ChannelSettings.file("c1", 5_000, folder)
                .withSegments(4 * 1024 * 1024, 1024 * 1024)
                .withByteCapacity(2 * 1024 * 1024)
                .withKeepAliveSeconds(60));
    }

    private void exercise(ChannelSettings settings) throws Exception {
        ManagedChannel channel = open(settings);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < SOURCES; i++) {
            int source = i;
            threads.add(start(() -> put(channel, source)));
        }
        for (int i = 0; i < SINKS; i++) {
            ChannelConsumer consumer = channel.consumer("k" + i);
            int sink = i;
            threads.add(start(() -> take(consumer, sink)));
        }
        for (Thread thread : threads) {
            thread.join(LIMIT.toMillis());
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(failure.get()).isNull();
        assertThat(delivered).hasSize(SOURCES * FRAMES);
        assertThat(doubled).isEmpty();
        await().atMost(LIMIT).until(() -> channel.ledger().held() == 0);
        assertThat(channel.ledger().balances()).isTrue();
        assertThat(channel.size()).isZero();
        assertThat(channel.stop(0)).isZero();
        assertThat(channel.failure()).isNull();
    }

    private ManagedChannel open(ChannelSettings settings) throws IOException {
        ManagedChannel channel =
                ChannelFactory.open(settings, Fixtures.environment("c1", new FileStorage(), Fixtures.threads()));
        channel.start();
        return channel;
    }

    private interface Work {
        void run() throws Exception;
    }

    private Thread start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
            }
        });
        thread.start();
        return thread;
    }

    private void put(ManagedChannel channel, int source) throws InterruptedException {
        ChannelProcessorImpl processor = Fixtures.processor(channel);
        SourceInput input = processor.anonymousInput();
        PutTicket ticket = processor.newTicket();
        Producer producer = new Producer(source);
        for (int i = 0; i < FRAMES; i++) {
            Frame frame = Fixtures.smallFrame(producer, source + "/" + i);
            PutStatus status = processor.put(input, 0, frame, true, ticket);
            frame.release();
            if (status != PutStatus.ACCEPTED) {
                throw new AssertionError("put: " + status + " " + ticket.fullReason());
            }
        }
    }

    private void take(ChannelConsumer consumer, int sink) throws InterruptedException {
        Semaphore signal = new Semaphore(0);
        consumer.setListener(signal::release);
        SplittableRandom random = new SplittableRandom(sink);
        while (delivered.size() < SOURCES * FRAMES && failure.get() == null) {
            Lease lease = consumer.tryLease(1 + random.nextInt(20), 1 << 20);
            if (lease == null) {
                // The listener must wake us; the bound is for the end, when another sink takes the last frame.
                signal.tryAcquire(100, TimeUnit.MILLISECONDS);
            } else if (random.nextInt(5) == 0) {
                lease.rollback();
            } else {
                for (String body : Fixtures.bodies(lease)) {
                    if (!delivered.add(body)) {
                        doubled.add(body);
                    }
                }
                lease.commit();
            }
        }
    }

    @Test
    void shouldKnowEveryCommitThatWasBeforeAnOrderlyStop(@TempDir Path folder) throws Exception {
        ChannelSettings settings = ChannelSettings.file("c1", 5_000, folder).withSegments(4 * 1024 * 1024, 1024 * 1024);
        for (int round = 0; round < 20; round++) {
            ManagedChannel channel = open(settings);
            Set<Long> committed = ConcurrentHashMap.newKeySet();
            ChannelProcessorImpl processor = Fixtures.processor(channel);
            SourceInput input = processor.anonymousInput();
            PutTicket ticket = processor.newTicket();
            Producer producer = new Producer(round);
            for (int i = 0; i < 2_000; i++) {
                Frame frame = Fixtures.smallFrame(producer, "event " + i);
                assertThat(processor.tryPut(input, 0, frame, true, ticket)).isEqualTo(PutStatus.ACCEPTED);
                frame.release();
            }
            await().atMost(LIMIT).until(ticket::isAcknowledged);
            Thread sink = start(() -> commitUntilSealed(channel.consumer("k"), committed));
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(1)).until(() -> committed.size() > 20);
            channel.stop(0);
            sink.join(LIMIT.toMillis());
            assertThat(failure.get()).isNull();
            ManagedChannel again = open(settings);
            ChannelConsumer consumer = again.consumer("k");
            while (again.ledger().held() > 0) {
                Lease lease = consumer.tryLease(1_000, 1 << 20);
                for (int i = 0; lease != null && i < lease.size(); i++) {
                    assertThat(committed).as("committed, then stopped").doesNotContain(lease.sequence(i));
                }
                if (lease != null) {
                    lease.commit();
                }
            }
            again.stop(0);
        }
    }

    private static void commitUntilSealed(ChannelConsumer consumer, Set<Long> committed) {
        Lease lease = consumer.tryLease(1, 1 << 20);
        while (lease != null) {
            long sequence = lease.sequence(0);
            if (lease.commit(new byte[] {1}) == 0) {
                return;
            }
            committed.add(sequence);
            lease = consumer.tryLease(1, 1 << 20);
        }
    }

    @Test
    void shouldServeThoseWhoWaitInOrder() throws Exception {
        ManagedChannel channel = open(ChannelSettings.memory("c1", 1).withKeepAliveSeconds(60));
        ChannelProcessorImpl processor = Fixtures.processor(channel);
        Frame first = Fixtures.frame(new Producer(1), "first");
        processor.tryPut(processor.anonymousInput(), 0, first, true, processor.newTicket());
        RoomWaiters waiters = ((DualChannel) channel).waiters();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String body = "waiter " + i;
            threads.add(start(() -> {
                Frame frame = Fixtures.frame(new Producer(1), body);
                processor.put(processor.anonymousInput(), 0, frame, true, processor.newTicket());
                frame.release();
            }));
            int expected = i + 1;
            await().atMost(LIMIT).until(() -> waiters.size() == expected);
        }
        List<String> taken = new ArrayList<>();
        ChannelConsumer consumer = channel.consumer("k1");
        await().atMost(LIMIT).until(() -> {
            Lease lease = consumer.tryLease(1, 1 << 20);
            if (lease != null) {
                taken.addAll(Fixtures.bodies(lease));
                lease.commit();
            }
            return taken.size() == 5;
        });
        assertThat(taken).containsExactly("first", "waiter 0", "waiter 1", "waiter 2", "waiter 3");
        for (Thread thread : threads) {
            thread.join();
        }
        first.release();
        assertThat(failure.get()).isNull();
        channel.stop(0);
    }

    @Test
    void shouldLetSourcesInFrameByFrameWhereTheSinkIsSlow() throws Exception {
        ManagedChannel channel = open(ChannelSettings.memory("c1", 100).withKeepAliveSeconds(60));
        ChannelProcessorImpl processor = Fixtures.processor(channel);
        int sources = 3;
        int each = 60;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < sources; i++) {
            threads.add(start(() -> {
                SourceInput input = processor.anonymousInput();
                Frame frame = Fixtures.frame(new Producer(1), "a");
                for (int j = 0; j < each; j++) {
                    assertThat(processor.put(input, 0, frame, true, processor.newTicket()))
                            .isEqualTo(PutStatus.ACCEPTED);
                }
                frame.release();
            }));
        }
        ChannelConsumer consumer = channel.consumer("k1");
        for (int left = sources * each; left > 0; left--) {
            // A hundredth becomes free, and nothing more before it is used: nobody may wait for more.
            int held = Math.min(left, 100);
            soon().until(() -> channel.size() == held);
            Lease lease = lease(consumer);
            lease.commit();
        }
        for (Thread thread : threads) {
            thread.join(LIMIT.toMillis());
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(failure.get()).isNull();
        channel.stop(0);
    }

    private static Lease lease(ChannelConsumer consumer) {
        AtomicReference<Lease> found = new AtomicReference<>();
        soon().until(() -> {
            found.set(consumer.tryLease(1, 1 << 20));
            return found.get() != null;
        });
        return found.get();
    }

    private static ConditionFactory soon() {
        return await().atMost(LIMIT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
    }

    @Test
    void shouldGiveUpAfterKeepAlive() throws Exception {
        ManagedChannel channel = open(ChannelSettings.memory("c1", 1).withKeepAliveSeconds(0));
        ChannelProcessorImpl processor = Fixtures.processor(channel);
        Frame frame = Fixtures.frame(new Producer(1), "a");
        PutTicket ticket = processor.newTicket();
        SourceInput input = processor.anonymousInput();
        assertThat(processor.put(input, 0, frame, true, ticket)).isEqualTo(PutStatus.ACCEPTED);
        assertThat(processor.put(input, 0, frame, true, ticket)).isEqualTo(PutStatus.FULL);
        assertThat(ticket.fullReason()).isEqualTo(FullReason.EVENTS);
        assertThat(((DualChannel) channel).waiters().isEmpty()).isTrue();
        input.close();
        frame.release();
        channel.close();
    }
}
