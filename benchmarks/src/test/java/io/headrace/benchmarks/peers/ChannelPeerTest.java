package io.headrace.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a channel's peer must have done before a figure of it counts. */
class ChannelPeerTest {
    private static final Order WORK = new Order(Map.of("kind", "memory", "millis", "20", "batch", "100"));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"memory", "dual", "file"})
    void shouldPutAndTakeAllThroughOurChannels(String kind) throws Exception {
        try (PeerWork peer = new HeadraceChannelPeer(folder)) {
            assertWorked(peer.run(WORK.with("kind", kind).with("producers", 2).with("inFlight", 4)));
            assertWorked(peer.run(WORK.with("kind", kind)));
        }
    }

    @Test
    void shouldPutAndTakeFramesWithoutAChecksum() throws Exception {
        try (PeerWork peer = new HeadraceChannelPeer(folder)) {
            assertWorked(peer.run(WORK.with("checksum", "no")));
        }
    }

    @Test
    void shouldPutABatchThatNoFrameHolds() throws Exception {
        try (PeerWork peer = new HeadraceChannelPeer(folder)) {
            assertWorked(peer.run(WORK.with("batch", 10_000)));
        }
    }

    @Test
    void shouldShareAmongSinks() throws Exception {
        try (PeerWork peer = new HeadraceChannelPeer(folder)) {
            assertWorked(peer.run(WORK.with("sinks", 2)));
        }
    }

    @Test
    void shouldPutAndTakeAllThroughRings() throws Exception {
        try (PeerWork disruptor = new DisruptorPeer(folder);
                PeerWork agrona = new AgronaPeer(folder);
                PeerWork bound = new CopyPeer(folder)) {
            assertWorked(disruptor.run(WORK));
            assertWorked(agrona.run(WORK));
            assertWorked(bound.run(WORK));
        }
    }

    @Test
    void shouldFailWhenAnEventIsLost() throws Exception {
        try (PeerWork peer = new QueuePeer(folder, batch -> batch.subList(1, batch.size()))) {
            assertThatThrownBy(() -> peer.run(WORK.with("waitMillis", 0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("taken: ");
        }
    }

    @Test
    void shouldFailWhenAByteIsAnother() throws Exception {
        UnaryOperator<List<byte[]>> broken = batch -> {
            byte[] changed = batch.get(0).clone();
            changed[changed.length - 1]++;
            return List.of(changed);
        };
        try (PeerWork peer = new QueuePeer(folder, broken)) {
            assertThatThrownBy(() -> peer.run(WORK.with("batch", 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("sum ");
        }
    }

    @Test
    void shouldFailWhenAProducerFails() throws Exception {
        UnaryOperator<List<byte[]>> broken = batch -> {
            throw new IllegalArgumentException("broken");
        };
        try (PeerWork peer = new QueuePeer(folder, broken)) {
            assertThatThrownBy(() -> peer.run(WORK))
                    .isInstanceOf(IllegalStateException.class)
                    .hasRootCauseMessage("broken");
        }
    }

    @Test
    void shouldAnswerWithTheObjectOfAContestant() throws Exception {
        try (PeerWork peer = new QueuePeer(folder, UnaryOperator.identity())) {
            String json = Contestant.run(
                    peer,
                    List.of(
                            "kind=memory",
                            "millis=10",
                            "warmRounds=1",
                            "batch=10",
                            "contestant=a \"queue\"",
                            "axis=batch:10",
                            "allocatedPer=frame"),
                    folder);

            assertThat(json)
                    .startsWith(
                            "{\"contestant\": \"a \\\"queue\\\"\", \"axis\": {\"batch\": 10}, \"unit\": \"events/s\","
                                    + " \"rate\": ")
                    .contains("\"allocatedPer\": \"frame\", \"verified\": [\"")
                    .endsWith("}");
        }
    }

    private static void assertWorked(Map<String, String> figures) {
        assertThat(Long.parseLong(figures.get(Stopwatch.EVENTS))).isPositive();
        assertThat(Long.parseLong(figures.get(Stopwatch.NANOS))).isPositive();
    }

    /** A queue, and what happens to a batch on its way. */
    private static final class QueuePeer extends ChannelPeer {
        private final BlockingQueue<List<byte[]>> queue = new ArrayBlockingQueue<>(16);
        private final UnaryOperator<List<byte[]>> way;
        private Bodies bodies;

        QueuePeer(Path folder, UnaryOperator<List<byte[]>> way) {
            super(folder);
            this.way = way;
        }

        @Override
        protected void open(ChannelWork work, Bodies with) {
            bodies = with;
        }

        @Override
        protected Putter putter(ChannelWork work, int producer) {
            return (body, events) -> {
                byte[][] batch = new byte[events][];
                for (int i = 0; i < events; i++) {
                    batch[i] = bodies.copy((body + i) % bodies.count());
                }
                queue.put(way.apply(List.of(batch)));
            };
        }

        @Override
        protected Taker taker(ChannelWork work, int sink) {
            return sum -> {
                List<byte[]> batch = queue.poll(1, TimeUnit.MILLISECONDS);
                if (batch == null) {
                    return 0;
                }
                batch.forEach(body -> sum.add(BodySum.of(body)));
                return batch.size();
            };
        }

        @Override
        protected void closeChannel() {
            queue.clear();
        }
    }
}
