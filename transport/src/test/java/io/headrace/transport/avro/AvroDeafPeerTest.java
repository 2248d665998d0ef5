package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.transport.link.AckLevel;
import io.headrace.transport.link.netty.RealChannels;
import io.headrace.transport.tls.Refusals;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.concurrent.SystemEpochClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What answers a peer that reads none can make a source queue for it. */
class AvroDeafPeerTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int REQUESTS = 1_500;

    /** What Netty calls full, a piece of answers above it, and the longest answer. */
    private static final long MOST_QUEUED = 64 * 1024 + 16 * 1024 + 4 * 1024;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final ManagedChannel sink;
    private final AvroLoop loop;
    private final Gate gate = new Gate();
    private EmbeddedChannel connection;

    AvroDeafPeerTest() throws Exception {
        sink = RealChannels.open(ChannelSettings.memory("c1", 10_000_000), null);
        MetricGroup metrics = new MetricGroup(GroupType.SOURCE, "source");
        ChannelProcessor processor = RealChannels.processor(sink);
        loop = new AvroLoop(
                tasks::add,
                processor,
                new AvroReceiverOptions(AckLevel.ACCEPTED, 1 << 20, 1 << 20, 60_000, 0),
                new ReceiveBudget(64 << 20),
                new Greeting(),
                new AvroSourceMetrics(metrics),
                new Refusals(metrics, LoggerFactory.getLogger(AvroDeafPeerTest.class), () -> 1),
                () -> 1,
                SystemEpochClock.INSTANCE,
                7,
                errors::add);
    }

    /** The peer's side of a socket: takes what is written only while it reads. */
    private static final class Gate extends ChannelOutboundHandlerAdapter {
        private boolean open;

        @Override
        public void flush(ChannelHandlerContext ctx) {
            if (open) {
                ctx.flush();
            }
        }
    }

    @BeforeEach
    void connect() {
        connection = new EmbeddedChannel(gate, new AvroReceiver(null, loop));
    }

    @AfterEach
    void close() {
        connection.finishAndReleaseAll();
        loop.close();
        sink.close();
        assertThat(errors).isEmpty();
    }

    private long queued() {
        return connection.unsafe().outboundBuffer().totalPendingWriteBytes();
    }

    /** Reads all answers, which are in the order of their requests. */
    private void read() {
        gate.open = true;
        ByteBuf all = Unpooled.buffer();
        int[] answers = new int[1];
        await().pollInSameThread().atMost(LONG).until(() -> {
            connection.flush();
            work();
            for (ByteBuf out = connection.readOutbound(); out != null; out = connection.readOutbound()) {
                all.writeBytes(out);
                out.release();
            }
            for (; all.isReadable(); answers[0]++) {
                assertThat(all.readInt()).as("in order").isEqualTo(answers[0]);
                all.skipBytes(4);
                all.skipBytes(all.readInt());
            }
            return answers[0] == REQUESTS;
        });
    }

    private void work() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        connection.runPendingTasks();
    }

    private void shouldBeFullAndHoldLittle() {
        await().pollInSameThread().atMost(LONG).until(() -> {
            work();
            return !connection.isWritable();
        });
        work();
        assertThat(queued()).isLessThanOrEqualTo(MOST_QUEUED);
    }

    /** Each is answered with the text of the protocol, ten times as long as the question. */
    @Test
    void shouldQueueLittleForWhoIntroducesItselfAgainAndAgain_R19() {
        byte[] own = AvroProtocol.md5("own");
        ByteBuf flood = Unpooled.buffer();
        for (int i = 0; i < REQUESTS; i++) {
            flood.writeBytes(Wire.message(i, Wire.PIECE, Wire.handshake(own, null, own), Wire.call("")));
        }
        connection.writeInbound(flood);
        shouldBeFullAndHoldLittle();
        read();
    }

    @Test
    void shouldQueueLittleForWhoPipelinesAndDoesNotRead_R19() {
        ByteBuf flood = Unpooled.buffer();
        flood.writeBytes(Wire.message(0, Wire.PIECE, Wire.handshake(), Wire.append(TestEvent.of("event"))));
        for (int i = 1; i < REQUESTS; i++) {
            boolean right = i % 2 == 0;
            flood.writeBytes(Wire.message(
                    i, Wire.PIECE, right ? Wire.appendBatch(List.of(TestEvent.of("x"))) : Wire.call("n".repeat(200))));
        }
        connection.writeInbound(flood);
        shouldBeFullAndHoldLittle();
        read();
    }
}
