package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.wal.InputKey;
import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two event loops meet at the same pair: check, publish and mark are one step for both. */
@Timeout(60)
class ConcurrentOriginsTest {
    private static final int ROUNDS = 300;
    private static final int FRAMES = 32;
    private static final long PRODUCER = 5;

    /** Channels that two sources have in another order, which must not wait for each other for ever. */
    @Test
    void shouldTakeOneOfTwoCopiesThatComeAtOnce() throws Exception {
        Storage storage = new SimulatedDisk();
        ManagedChannel c1 = open("c1", storage);
        ManagedChannel c2 = open("c2", storage);
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < ROUNDS * FRAMES; i++) {
            frames.add(Fixtures.copy(PRODUCER, i * 10L, Integer.toString(i)));
        }
        CyclicBarrier round = new CyclicBarrier(2);
        ExecutorService loops = Executors.newFixedThreadPool(2);
        try {
            ChannelProcessorImpl upwards = Fixtures.processor(c1, c2);
            ChannelProcessorImpl downwards = Fixtures.processor(c2, c1);
            Future<Integer> up = loops.submit(() -> send(upwards, "link:up", frames, round, 1));
            Future<Integer> down = loops.submit(() -> send(downwards, "link:down", frames, round, -1));
            assertThat(up.get(50, TimeUnit.SECONDS) + down.get(50, TimeUnit.SECONDS))
                    .isEqualTo(frames.size());
            assertThat(up.get()).isBetween(1, frames.size() - 1);
        } finally {
            loops.shutdownNow();
        }
        for (ManagedChannel channel : List.of(c1, c2)) {
            Map<String, Integer> times = drained(channel, frames.size());
            assertThat(times).hasSize(frames.size());
            assertThat(times.values()).containsOnly(1);
            channel.close();
        }
        frames.forEach(Frame::release);
    }

    private static ManagedChannel open(String name, Storage storage) throws IOException {
        ManagedChannel channel = ChannelFactory.open(
                ChannelSettings.memory(name, 1_000_000), Fixtures.environment(name, storage, Fixtures.threads()));
        channel.start();
        return channel;
    }

    /** In each round one goes up, the other one down, so that they meet. Returns how many were taken. */
    private static int send(
            ChannelProcessorImpl processor, String id, List<Frame> frames, CyclicBarrier round, int direction)
            throws Exception {
        processor.dropKnownOrigins(100_000);
        SourceInput input = processor.openInput(new InputKey(InputKey.Kind.WINDOW, id));
        PutTicket ticket = processor.newTicket();
        int taken = 0;
        for (int first = 0; first < frames.size(); first += FRAMES) {
            round.await();
            for (int i = 0; i < FRAMES; i++) {
                int at = first + (direction > 0 ? i : FRAMES - 1 - i);
                PutStatus status = processor.tryPut(input, first + i + 1L, frames.get(at), true, ticket);
                if (status != PutStatus.ACCEPTED && status != PutStatus.DUPLICATE) {
                    throw new AssertionError(status + ", " + ticket.fullReason());
                }
                taken += status == PutStatus.ACCEPTED ? 1 : 0;
            }
        }
        input.close();
        return taken;
    }

    private static Map<String, Integer> drained(ManagedChannel channel, int events) {
        Map<String, Integer> times = new HashMap<>();
        ChannelConsumer consumer = channel.consumer("k1");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (channel.size() > 0 && System.nanoTime() - deadline < 0) {
            Lease lease = consumer.tryLease(events, 1 << 30);
            if (lease == null) {
                Thread.yield();
            } else {
                Fixtures.bodies(lease).forEach(body -> times.merge(body, 1, Integer::sum));
                lease.commit();
            }
        }
        return times;
    }
}
