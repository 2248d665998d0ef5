package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.StreamId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a peer that reads nothing can make either end queue for it, whatever it says: one message of the longest kind. */
class LinkDeafPeerTest {
    private static final StreamId STREAM = new StreamId(1, 2);
    private static final int MANY = 1_000;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final SimLink sim = new SimLink(1, 1 << 20, allocator);
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final LinkReceiverMetrics counted = new LinkReceiverMetrics(new MetricGroup(GroupType.SOURCE, "source"));
    private final ModelSink sink = new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce();
    private long nanos = 1;
    private final DrivenAlarm alarm = new DrivenAlarm(() -> nanos);
    private final LinkStreams streams = new LinkStreams(
            LinkReceiverOptions.defaults(),
            sink,
            new CreditBudget(64 << 20),
            () -> nanos,
            () -> nanos / 1_000_000,
            counted,
            tasks::add,
            alarm,
            errors::add);
    private final Wire wire = new Wire(allocator);
    private long position;

    @AfterEach
    void shouldHaveReleasedEverything() {
        if (sim.sender != null) {
            sim.close();
        }
        streams.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(errors).isEmpty();
    }

    // ---- the sender, whose receiver reads nothing

    private void welcomed() {
        sim.start();
        sim.work();
        sim.sender.connected(wire);
        hear(LinkEncoder.welcome(
                allocator, new Welcome(LinkLayout.VERSION, 0, 1 << 20, AckLevel.ACCEPTED, 0, 64L * 1024)));
        wire.said.clear();
    }

    private void hear(ByteBuf message) {
        sim.sender.received(wire, message);
        sim.work();
    }

    private ByteBuf fromReceiver(MessageType type, int number) {
        return switch (type) {
            case WELCOME ->
                LinkEncoder.welcome(
                        allocator, new Welcome(LinkLayout.VERSION, 0, 1 << 20, AckLevel.ACCEPTED, 0, 64L * 1024));
            case ACK -> LinkEncoder.ack(allocator, 0, 64L * 1024 + number);
            case REJECT -> LinkEncoder.reject(allocator, RejectCode.PROTOCOL, number, "x".repeat(1_000));
            case PING, PONG -> LinkEncoder.ping(allocator, type, number);
            case GOAWAY -> LinkEncoder.goAway(allocator, "x".repeat(1_000));
            case HELLO -> Wire.helloBytes(allocator, STREAM, 0, 0);
            case DATA -> Wire.data(allocator, 0, 100, 1 + number);
        };
    }

    @ParameterizedTest
    @EnumSource
    void shouldMakeASenderQueueNextToNothing_R19(MessageType type) {
        for (long id = 1; id <= 3; id++) {
            sim.source.append(TestFrames.of(allocator, id, 100), 0);
        }
        welcomed();
        wire.writable = false;
        wire.bytes = 0;
        for (int i = 0; i < MANY; i++) {
            hear(fromReceiver(type, i));
            if (i % 100 == 0) {
                sim.advance(10);
            }
        }
        assertThat(wire.bytes).isLessThanOrEqualTo(LinkLayout.MAX_MESSAGE_LENGTH);
    }

    @Test
    void shouldBeGivenUpByASenderWhosePongsItDoesNotRead_R19() {
        welcomed();
        wire.writable = false;
        for (int i = 0; i < 8; i++) {
            hear(LinkEncoder.ping(allocator, MessageType.PING, i));
            hear(LinkEncoder.ping(allocator, MessageType.PING, i));
        }
        assertThat(sim.sender.state()).isEqualTo(LinkSender.State.STREAMING);
        hear(LinkEncoder.ping(allocator, MessageType.PING, 8));
        assertThat(wire.closed).isTrue();
        assertThat(sim.sender.trouble())
                .isEqualTo("sim:1 sent what is not the link's protocol: PINGs whose PONG is not read: more than 8"
                        + " (expected: at most that)");
    }

    @Test
    void shouldGetEveryPongThatIsOwedOnceItReads() {
        welcomed();
        wire.writable = false;
        hear(LinkEncoder.ping(allocator, MessageType.PING, 7));
        hear(LinkEncoder.ping(allocator, MessageType.PING, 2));
        hear(LinkEncoder.ping(allocator, MessageType.PING, 7));
        assertThat(wire.said).isEmpty();
        wire.writable = true;
        sim.work();
        assertThat(wire.said).containsExactly("PONG 7", "PONG 2");
        sim.work();
        hear(LinkEncoder.ping(allocator, MessageType.PING, 7));
        assertThat(wire.said).containsExactly("PONG 7", "PONG 2", "PONG 7");
    }

    @Test
    void shouldGetNoPongOfAnEarlierConnection() {
        welcomed();
        wire.writable = false;
        hear(LinkEncoder.ping(allocator, MessageType.PING, 7));
        sim.sender.disconnected(wire, "reset");
        sim.advance(1_000);
        sim.work();
        Wire next = new Wire(allocator);
        sim.sender.connected(next);
        sim.work();
        assertThat(next.said).containsExactly("HELLO 0");
    }

    @Test
    void shouldBeGivenUpByASenderThatCannotAsk() {
        welcomed();
        wire.writable = false;
        wire.bytes = 0;
        for (int i = 0; i < 60; i++) {
            assertThat(wire.closed).as("after " + i + " s").isFalse();
            sim.advance(1_000);
            sim.work();
        }
        assertThat(wire.bytes).isZero();
        assertThat(wire.closed).isTrue();
        assertThat(sim.sender.trouble()).contains("nothing heard of sim:1 for 20000 ms");
    }

    // ---- the receiver, whose sender reads nothing

    private LinkReceiver receiver() {
        LinkReceiver receiver = new LinkReceiver(
                wire,
                (joining, hello) -> joining.join(streams),
                LinkReceiverOptions.defaults(),
                counted,
                new TokenGate(""));
        receiver.received(Wire.helloBytes(allocator, STREAM, 0, 0));
        return receiver;
    }

    private ByteBuf fromSender(MessageType type, int number) {
        return type == MessageType.DATA ? Wire.data(allocator, 0, 100, ++position) : fromReceiver(type, number);
    }

    @ParameterizedTest
    @EnumSource
    void shouldMakeAReceiverQueueNextToNothing_R19(MessageType type) {
        LinkReceiver receiver = receiver();
        wire.writable = false;
        wire.bytes = 0;
        for (int i = 0; i < MANY; i++) {
            receiver.received(fromSender(type, i));
            receiver.readComplete();
            if (i % 100 == 0) {
                nanos += TimeUnit.SECONDS.toNanos(1);
                streams.checkTime();
                alarm.run();
            }
        }
        assertThat(wire.bytes).isLessThanOrEqualTo(LinkLayout.MAX_MESSAGE_LENGTH);
        receiver.close();
    }

    @Test
    void shouldGetNothingMoreOfAReceiverThatTakesItsGrantBack_R19() {
        LinkReceiver receiver = receiver();
        for (int i = 0; i < 50; i++) {
            receiver.received(Wire.data(allocator, 0, 30_000, ++position));
            receiver.readComplete();
        }
        wire.writable = false;
        wire.bytes = 0;
        nanos += TimeUnit.SECONDS.toNanos(6);
        streams.checkTime();
        assertThat(wire.bytes).isZero();
        wire.writable = true;
        streams.checkTime();
        assertThat(wire.last()).startsWith("PING ");
    }
}
