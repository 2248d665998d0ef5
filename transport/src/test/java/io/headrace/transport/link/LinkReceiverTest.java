package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.InputKey;
import io.headrace.wal.StreamId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The receiver against messages written by hand. */
class LinkReceiverTest {
    private static final StreamId STREAM = new StreamId(1, 2);
    private static final InputKey KEY = new InputKey(InputKey.Kind.WINDOW, "link:" + STREAM);

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final MetricGroup metrics = new MetricGroup(GroupType.SOURCE, "source");
    private final LinkReceiverMetrics counted = new LinkReceiverMetrics(metrics);
    private LinkReceiverOptions options = LinkReceiverOptions.defaults();
    private LinkGate gate = new TokenGate("");
    private ModelSink sink = new ModelSink(Long.MAX_VALUE);
    private CreditBudget budget = new CreditBudget(1 << 20);
    private long nanos = 1;
    private final DrivenAlarm alarm = new DrivenAlarm(() -> nanos);
    private LinkStreams streams = newStreams();

    private final class Peer {
        final Wire wire = new Wire(allocator);
        final LinkReceiver receiver =
                new LinkReceiver(wire, (joining, hello) -> joining.join(streams), options, counted, gate);

        Peer hello(int connection, long floor) {
            receiver.received(Wire.helloBytes(allocator, STREAM, connection, floor));
            return this;
        }

        Peer data(int bytes, long... positions) {
            receiver.received(Wire.data(allocator, 0, bytes, positions));
            receiver.readComplete();
            return this;
        }

        Peer ping(long token) {
            receiver.received(LinkEncoder.ping(allocator, MessageType.PING, token));
            receiver.readComplete();
            return this;
        }
    }

    private LinkStreams newStreams() {
        return new LinkStreams(
                options, sink, budget, () -> nanos, () -> nanos / 1_000_000, counted, tasks::add, alarm, errors::add);
    }

    private void use(ModelSink other) {
        sink = other;
        streams = newStreams();
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
        alarm.run();
    }

    @AfterEach
    void shouldHaveReleasedEverything() {
        streams.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(errors).isEmpty();
    }

    @Test
    void shouldAcknowledgeManyFramesWithOneAckWhenTheChannelDoes() {
        Peer peer = new Peer().hello(0, 0).data(100, 1, 2, 3, 4, 5);
        assertThat(peer.wire.said).containsExactly("WELCOME kept 0 credit 65536");
        sink.sync(4);
        assertThat(tasks).as("tasks of one round").hasSize(1);
        runTasks();
        assertThat(peer.wire.last()).startsWith("ACK 4 ");
        sink.sync(1);
        runTasks();
        assertThat(peer.wire.last()).startsWith("ACK 5 ");
        assertThat(peer.wire.said).hasSize(3);
    }

    @Test
    void shouldAcknowledgeOnlyWhatIsSafeWhenAskedTo() {
        options = new LinkReceiverOptions(AckLevel.SAFE, 1 << 20, 1 << 20, 60_000, 5_000, 60_000);
        streams = newStreams();
        Peer peer = new Peer().hello(0, 0).data(100, 1, 2);
        sink.sync(2);
        runTasks();
        assertThat(peer.wire.said).noneMatch(said -> said.startsWith("ACK"));
        sink.drain(2);
        peer.receiver.round(false);
        assertThat(peer.wire.last()).startsWith("ACK 2 ");
    }

    @Test
    void shouldNeverDropAFrameAboveTheWindow_R14() {
        Peer peer = new Peer().hello(0, 0).data(100, 65_537);
        assertThat(peer.wire.last()).isEqualTo("REJECT ABOVE_WINDOW 65537");
        assertThat(peer.wire.closed).isTrue();
        assertThat(sink.published()).isZero();
        new Peer().hello(0, 1).data(100, 65_537);
        assertThat(sink.published(KEY)).containsExactly(65_537L);
    }

    @Test
    void shouldTakeWhatComesBelowAHoleOrOutOfOrder_R14() {
        Peer peer = new Peer().hello(0, 0).data(100, 7, 3, 5, 4);
        assertThat(sink.published(KEY)).containsExactly(7L, 3L, 5L, 4L);
        peer.data(100, 3, 6);
        assertThat(sink.published(KEY)).containsExactly(7L, 3L, 5L, 4L, 6L);
    }

    @Test
    void shouldAcknowledgeADuplicateNotBeforeItsFirstCopy_R15() {
        Peer first = new Peer().hello(0, 0).data(100, 1, 2);
        first.receiver.disconnected();
        Peer second = new Peer().hello(0, 0).data(100, 1, 2);
        assertThat(metrics.counter("FrameDuplicateCount").get()).isEqualTo(2);
        runTasks();
        assertThat(second.wire.said).noneMatch(said -> said.startsWith("ACK"));
        sink.sync(2);
        runTasks();
        assertThat(second.wire.last()).startsWith("ACK 2 ");
        assertThat(sink.published(KEY)).containsExactly(1L, 2L);
    }

    @Test
    void shouldFenceTheOldConnectionBeforeWelcome_R16() {
        use(new ModelSink(1));
        Peer old = new Peer().hello(0, 0).data(100, 1, 2, 3);
        assertThat(sink.published(KEY)).containsExactly(1L);
        Peer fresh = new Peer().hello(0, 0);
        assertThat(old.wire.closed).isTrue();
        assertThat(old.wire.last()).startsWith("GOAWAY a newer connection");
        assertThat(old.receiver.state()).isEqualTo(LinkReceiver.State.CLOSED);
        old.data(100, 9);
        sink.sync(9);
        sink.drain(9);
        runTasks();
        assertThat(sink.published(KEY))
                .as("frames that the old one had not published")
                .containsExactly(1L);
        fresh.data(100, 2);
        assertThat(sink.published(KEY)).containsExactly(1L, 2L);
    }

    @Test
    void shouldKeepConnectionsOfOtherNumbers() {
        Peer one = new Peer().hello(0, 0);
        Peer two = new Peer().hello(1, 0);
        one.data(100, 1);
        two.data(100, 2);
        assertThat(one.wire.closed).isFalse();
        assertThat(sink.published(KEY)).containsExactly(1L, 2L);
        sink.sync(2);
        assertThat(tasks).hasSize(1);
        runTasks();
        assertThat(one.wire.last()).startsWith("ACK 1 ");
        assertThat(two.wire.last()).startsWith("ACK 1 ");
    }

    @Test
    void shouldTakeOneFrameBeyondTheCreditAndNoSecond_R13() {
        Peer peer = new Peer().hello(0, 0).data(200_000, 1);
        assertThat(sink.published(KEY)).containsExactly(1L);
        peer.data(200_000, 2);
        assertThat(peer.wire.last()).isEqualTo("REJECT CREDIT 0");
        assertThat(sink.published(KEY)).containsExactly(1L);
    }

    @Test
    void shouldAnswerPingAndGrantNothingWhileFull_R13() {
        use(new ModelSink(1).acknowledgingAtOnce());
        Peer peer = new Peer().hello(0, 0).data(20_000, 1, 2, 3);
        assertThat(peer.wire.last()).startsWith("ACK 1 ");
        int before = peer.wire.said.size();
        peer.ping(7).ping(8);
        assertThat(peer.wire.said.subList(before, before + 2)).containsExactly("PONG 7", "PONG 8");
        assertThat(sink.published(KEY)).containsExactly(1L);
    }

    @Test
    void shouldSendAnAckWithoutNewFramesWhenRoomReturns() {
        use(new ModelSink(1));
        Peer peer = new Peer().hello(0, 0).data(19_000, 1, 2, 3);
        // The first is drained and makes room; neither second nor third is acknowledged.
        sink.sync(1);
        runTasks();
        String before = peer.wire.last();
        assertThat(before).startsWith("ACK 1 credit ");
        sink.drain(1);
        runTasks();
        assertThat(sink.published(KEY)).containsExactly(1L, 2L);
        assertThat(peer.wire.last()).startsWith("ACK 1 credit ");
        assertThat(creditOf(peer.wire.last()) - creditOf(before)).isEqualTo(19_088);
    }

    private static long creditOf(String ack) {
        return Long.parseLong(ack.replaceAll(".*credit ", ""));
    }

    @Test
    void shouldNotWaitForRoomOnTheEventLoop_R2() {
        use(new ModelSink(1));
        // ModelSink.put throws: only tryPut may be called.
        Peer peer = new Peer().hello(0, 0).data(100, 1, 2, 3, 4);
        for (int i = 0; i < 4; i++) {
            sink.sync(1);
            sink.drain(1);
            runTasks();
        }
        assertThat(sink.published(KEY)).containsExactly(1L, 2L, 3L, 4L);
        assertThat(peer.wire.last()).startsWith("ACK 4 ");
    }

    @Test
    void shouldShareTheBudgetAmongBusyConnectionsAndKeepSomeForNewOnes() {
        use(new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce());
        List<Peer> busy = new ArrayList<>();
        for (int connection = 0; connection < 5; connection++) {
            busy.add(new Peer().hello(connection, 0));
        }
        long position = 1;
        for (int round = 0; round < 200; round++) {
            for (Peer peer : busy) {
                peer.data(30_000, position++);
            }
        }
        assertThat(budget.held()).isLessThanOrEqualTo(1 << 20);
        long fair = (1 << 20) / 6;
        for (Peer peer : busy) {
            assertThat(creditOf(peer.wire.last()) - 200L * 30_144)
                    .as("open credit")
                    .isBetween(fair / 3, fair * 2);
        }
        assertThat(new Peer().hello(9, 0).wire.said).containsExactly("WELCOME kept 1000 credit 65536");
    }

    /** What it was given while it was alone it would use for ever: it has to end where it is busy, too. */
    @Test
    void shouldLeaveNewBusyConnectionsAsMuchAsOneThatWasAlone() {
        use(new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce());
        List<Peer> busy = new ArrayList<>(List.of(new Peer().hello(0, 0)));
        long position = 1;
        for (int round = 0; round < 100; round++) {
            busy.get(0).data(30_000, position++);
        }
        assertThat(budget.held()).as("half of the budget").isEqualTo(1 << 19);
        for (int connection = 1; connection < 5; connection++) {
            busy.add(new Peer().hello(connection, 0));
        }
        for (int round = 0; round < 200; round++) {
            for (Peer peer : busy) {
                peer.data(30_000, position++);
            }
        }
        assertThat(budget.held()).isLessThanOrEqualTo(1 << 20);
        long fair = (1 << 20) / 6;
        for (int i = 0; i < 5; i++) {
            assertThat(creditOf(busy.get(i).wire.last()) - (i == 0 ? 300L : 200L) * 30_144)
                    .as("open credit of %d", i)
                    .isBetween(fair / 3, fair * 2);
        }
    }

    @Test
    void shouldTakeALargeGrantBackFromAConnectionThatFellSilent() {
        use(new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce());
        Peer peer = new Peer().hello(0, 0);
        for (long position = 1; position <= 50; position++) {
            peer.data(30_000, position);
        }
        long held = budget.held();
        assertThat(held).isGreaterThan(400_000);
        nanos += TimeUnit.SECONDS.toNanos(6);
        streams.checkTime();
        String ping = peer.wire.last();
        assertThat(ping).startsWith("PING ");
        assertThat(budget.held()).as("until the sender has seen it").isEqualTo(held);
        // Sent before the sender saw the smaller credit: still right.
        peer.data(100_000, 51);
        assertThat(peer.wire.closed).isFalse();
        peer.receiver.received(
                LinkEncoder.ping(allocator, MessageType.PONG, Long.parseLong(ping.substring("PING ".length()))));
        assertThat(budget.held()).isLessThanOrEqualTo(2 * CreditBudget.FIRST_GRANT);
        assertThat(sink.published()).isEqualTo(51);
    }

    @Test
    void shouldCloseASilentConnection_R19() {
        Peer peer = new Peer().hello(0, 0);
        nanos += TimeUnit.SECONDS.toNanos(30);
        streams.checkTime();
        peer.ping(1);
        nanos += TimeUnit.SECONDS.toNanos(59);
        streams.checkTime();
        assertThat(peer.wire.closed).isFalse();
        // One byte now and then is as good as silence.
        for (int i = 0; i < 11 && !peer.wire.closed; i++) {
            nanos += TimeUnit.SECONDS.toNanos(6);
            peer.receiver.received(allocator.directBuffer(1).writeByte(i == 0 ? 24 : 0));
            streams.checkTime();
        }
        assertThat(peer.wire.closed).isTrue();
        assertThat(peer.wire.last()).startsWith("GOAWAY nothing heard for 60000 ms");
        assertThat(peer.wire.said.stream().filter(said -> said.startsWith("PING ")))
                .as("asked once")
                .hasSize(1);
    }

    /** They came together, as after a restart of the source: what is asked at once holds up the others of the loop. */
    @Test
    void shouldNotAskManySilentConnectionsAllAtOnce() {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            peers.add(new Peer().hello(i, 0));
        }
        int most = 0;
        int before = 0;
        for (int second = 1; second <= 31; second++) {
            nanos += TimeUnit.SECONDS.toNanos(1);
            streams.checkTime();
            int asked = (int) peers.stream()
                    .filter(peer -> peer.wire.last().startsWith("PING "))
                    .count();
            most = Math.max(most, asked - before);
            before = asked;
            if (second < 22) {
                assertThat(asked).as("after %d s", second).isZero();
            }
        }
        assertThat(before).as("asked once each").isEqualTo(400);
        assertThat(most).isLessThan(100);
    }

    @Test
    void shouldCloseTheInputOfAStreamThatNobodySendsAnyMore() {
        Peer peer = new Peer().hello(0, 0).data(100, 1);
        peer.receiver.disconnected();
        nanos += TimeUnit.SECONDS.toNanos(59);
        streams.checkTime();
        assertThat(sink.isOpen(KEY)).isTrue();
        nanos += TimeUnit.SECONDS.toNanos(2);
        streams.checkTime();
        assertThat(sink.isOpen(KEY)).isFalse();
        new Peer().hello(0, 0).data(100, 1, 2);
        assertThat(sink.published(KEY)).containsExactly(1L, 2L);
    }

    @Test
    void shouldLeaveNothingInTheQueueForRoomWhenConnectionsBreak() {
        use(new ModelSink(1).acknowledgingAtOnce());
        new Peer().hello(0, 0).data(100, 1);
        for (int i = 0; i < 50; i++) {
            new Peer().hello(0, 0).data(100, 2).receiver.disconnected();
        }
        Peer last = new Peer().hello(0, 0).data(100, 2);
        Peer other = new Peer().hello(1, 0).data(100, 3);
        assertThat(sink.waiters()).isEqualTo(1);
        for (int i = 0; i < 3; i++) {
            sink.drain(9);
            runTasks();
        }
        assertThat(sink.published(KEY)).containsExactly(1L, 2L, 3L);
        assertThat(last.wire.last()).startsWith("ACK 1 ");
        assertThat(other.wire.last()).startsWith("ACK 1 ");
    }

    @Test
    void shouldForgetAtOnceAStreamThatNeverSentAFrame_R19() {
        Peer peer = new Peer().hello(0, 0);
        peer.receiver.disconnected();
        streams.checkTime();
        assertThat(sink.isOpen(KEY)).isFalse();
    }

    @Test
    void shouldAnswerWhatIsPublishedAndNothingElseWhenStopping() {
        Peer peer = new Peer().hello(0, 0).data(100, 1, 2);
        streams.goAway("stops");
        assertThat(peer.wire.last()).isEqualTo("GOAWAY stops");
        peer.data(100, 3);
        assertThat(sink.published(KEY)).containsExactly(1L, 2L);
        sink.sync(9);
        runTasks();
        assertThat(peer.wire.last()).startsWith("ACK 2 ");
        assertThat(peer.wire.closed).isTrue();
        assertThat(streams.openConnections()).isZero();
    }

    @Test
    void shouldSayGoAwayWhenAChannelTakesNothing() {
        sink.shut();
        Peer peer = new Peer().hello(0, 0).data(100, 1);
        assertThat(peer.wire.last()).isEqualTo("GOAWAY channel model takes nothing now");
        assertThat(peer.wire.closed).isTrue();
    }

    @Test
    void shouldRefuseAFrameWithAWrongChecksumByItsPosition_R18() {
        Peer peer = new Peer().hello(0, 0);
        var bytes = Wire.data(allocator, 0, 500, 1, 2);
        bytes.setByte(bytes.writerIndex() - 100, bytes.getByte(bytes.writerIndex() - 100) ^ 1);
        peer.receiver.received(bytes);
        assertThat(peer.wire.last()).isEqualTo("REJECT CHECKSUM 2");
        assertThat(sink.published(KEY)).containsExactly(1L);
    }

    @Test
    void shouldRefuseAFrameThatIsTooLargeBeforeTakingMemory_R19() {
        options = new LinkReceiverOptions(AckLevel.ACCEPTED, 10_000, 1 << 20, 60_000, 5_000, 60_000);
        streams = newStreams();
        Peer peer = new Peer().hello(0, 0).data(5_000, 1, 2);
        assertThat(sink.published()).isEqualTo(2);
        var large = Wire.data(allocator, 0, 10_000, 3, 4);
        peer.receiver.received(large);
        assertThat(peer.wire.last()).startsWith("REJECT TOO_LARGE ");
    }

    @Test
    void shouldTellTheSenderWhenAChannelTakesLessThanTheSource() {
        use(new ModelSink(Long.MAX_VALUE).taking(5_000));
        Peer peer = new Peer().hello(0, 0).data(1_000, 1).data(6_000, 2);
        assertThat(peer.wire.last()).isEqualTo("REJECT TOO_LARGE 2");
        assertThat(sink.published(KEY)).containsExactly(1L);
    }

    @Test
    void shouldNotFailTheSourceWhenAParkedFrameIsTooLargeForItsChannel() {
        use(new ModelSink(1).taking(5_000).acknowledgingAtOnce());
        Peer peer = new Peer().hello(0, 0).data(1_000, 1, 2).data(6_000, 3);
        for (int i = 0; i < 3; i++) {
            sink.drain(9);
            runTasks();
        }
        assertThat(peer.wire.last()).isEqualTo("REJECT TOO_LARGE 3");
        assertThat(sink.published(KEY)).containsExactly(1L, 2L);
        assertThat(errors).isEmpty();
    }

    @Test
    void shouldCloseAPeerThatPingsAndDoesNotRead_R19() {
        Peer peer = new Peer().hello(0, 0).ping(1);
        peer.wire.writable = false;
        peer.ping(2);
        assertThat(peer.wire.last()).isEqualTo("GOAWAY answers are not read");
        assertThat(peer.wire.closed).isTrue();
    }

    @Test
    void shouldAnswerWithOneAckWhenTheOutputIsWritableAgain_R19() {
        Peer peer = new Peer().hello(0, 0);
        peer.wire.writable = false;
        for (int position = 1; position <= 100; position++) {
            peer.data(100, position);
            sink.sync(1);
            runTasks();
        }
        assertThat(peer.wire.said).as("queued for a peer that does not read").hasSize(1);
        peer.wire.writable = true;
        peer.receiver.readComplete();
        assertThat(peer.wire.said).hasSize(2);
        assertThat(peer.wire.last()).startsWith("ACK 100 ");
    }

    @Test
    void shouldAnswerAtOnceWhatIsAcknowledgedAfterItsSenderAsked() {
        budget = new CreditBudget(64 << 20);
        streams = newStreams();
        Peer peer = new Peer().hello(0, 0);
        long position = 0;
        for (int i = 0; i < 400 || !peer.wire.last().startsWith("ACK " + position + " "); i++) {
            nanos += 50_000;
            peer.data(200_000, ++position);
            sink.sync(1);
            runTasks();
        }
        nanos += 50_000;
        peer.data(200_000, ++position, ++position).ping(9);
        assertThat(peer.wire.last()).isEqualTo("PONG 9");
        sink.sync(2);
        runTasks();
        assertThat(peer.wire.last()).startsWith("ACK " + position + " ");
    }

    @Test
    void shouldAnswerAtOnceAtFullRateWhenAChannelIsFull() {
        budget = new CreditBudget(64 << 20);
        use(new ModelSink(300_000).acknowledgingAtOnce());
        Peer peer = new Peer().hello(0, 0);
        long position = 0;
        for (int i = 0; i < 400 || !peer.wire.last().startsWith("ACK " + position + " "); i++) {
            nanos += 50_000;
            peer.data(200_000, ++position);
            sink.drain(1);
            runTasks();
        }
        nanos += 50_000;
        peer.data(200_000, ++position, ++position);
        assertThat(peer.wire.last()).as("waits").doesNotStartWith("ACK " + position);
        peer.data(200_000, position + 1);
        assertThat(sink.published()).as("the last one is parked").isEqualTo((int) position);
        assertThat(peer.wire.last()).startsWith("ACK " + position + " ");
    }

    @Test
    void shouldSendTheLastAckBeforeItLeaves() {
        Peer peer = new Peer().hello(0, 0).data(100, 1);
        peer.wire.writable = false;
        streams.goAway("stops");
        sink.sync(1);
        runTasks();
        assertThat(peer.wire.closed).isFalse();
        peer.wire.writable = true;
        peer.receiver.readComplete();
        assertThat(peer.wire.last()).startsWith("ACK 1 ");
        assertThat(peer.wire.closed).isTrue();
    }

    @Test
    void shouldBoundTheFramesWithoutAnAnswer_R6() {
        Peer peer = new Peer().hello(0, 0).data(8, 1);
        long[] again = new long[256];
        java.util.Arrays.fill(again, 1);
        for (int i = 0; i < 256; i++) {
            peer.data(8, again);
        }
        assertThat(peer.wire.last()).isEqualTo("REJECT PROTOCOL 1");
        assertThat(peer.wire.closed).isTrue();
    }

    @Test
    void shouldTakeNoMoreMemoryThanGrantedForAFrameThatDoesNotCome_R19() {
        List<Peer> peers = new ArrayList<>();
        for (int connection = 0; connection < 100; connection++) {
            Peer peer = new Peer().hello(connection, 0);
            peers.add(peer);
            var whole = Wire.data(allocator, 0, 2_000_000, 1);
            peer.receiver.received(allocator.directBuffer(200, 200).writeBytes(whole, 200));
            whole.release();
        }
        assertThat(allocator.metric().usedDirectMemory())
                .as("for 100 frames of 2 MB of which 200 bytes came")
                .isLessThanOrEqualTo(100 * (CreditBudget.FIRST_GRANT + 8_192));
        peers.forEach(peer -> peer.receiver.disconnected());
    }

    @Test
    void shouldRefusePositionsNearTheEndOfTheNumbers_R19() {
        for (long floor : new long[] {-1, (1L << 62) + 1, Long.MAX_VALUE}) {
            assertThat(new Peer().hello(0, floor).wire.last()).isEqualTo("REJECT PROTOCOL 0");
            Peer peer = new Peer().hello(0, 0);
            peer.receiver.received(Wire.data(allocator, floor, 8, 1));
            assertThat(peer.wire.last()).isEqualTo("REJECT PROTOCOL 0");
            peer = new Peer().hello(0, 0).data(8, floor);
            assertThat(peer.wire.last()).isEqualTo("REJECT PROTOCOL 0");
        }
        assertThat(sink.published()).isZero();
    }

    @Test
    void shouldSurviveAnyMessageWithASoundChecksum_R19() {
        for (long seed = 0; seed < 3_000; seed++) {
            java.util.Random random = new java.util.Random(seed);
            Peer peer = new Peer();
            if (random.nextInt(4) > 0) {
                peer.hello(random.nextInt(2), 0);
            }
            try {
                for (int i = 0; i < 6; i++) {
                    peer.receiver.received(Wire.anyMessage(allocator, random));
                    peer.receiver.readComplete();
                }
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            peer.receiver.disconnected();
        }
        runTasks();
    }

    @Test
    void shouldRefuseAWrongToken_R19() {
        gate = new TokenGate("secret");
        Peer peer = new Peer().hello(0, 0);
        assertThat(peer.wire.last()).isEqualTo("REJECT TOKEN 0");
        assertThat(metrics.counter("RejectSentCount").get()).isEqualTo(1);
    }

    @Test
    void shouldRefuseDataBeforeHello_R19() {
        Peer peer = new Peer().data(100, 1);
        assertThat(peer.wire.last()).isEqualTo("REJECT PROTOCOL 0");
        assertThat(peer.wire.closed).isTrue();
        assertThat(sink.published()).isZero();
    }

    @Test
    void shouldAgreeOnItsOwnVersionWithANewerSender() {
        Peer peer = new Peer();
        peer.receiver.received(LinkEncoder.hello(allocator, new Hello(9, STREAM, 0, 0, 0, 0, "agent", "channel", "")));
        assertThat(peer.wire.last()).startsWith("WELCOME");
    }

    /** Two frames in one DATA; the end of the first one is less than what counts as progress of an unfinished one. */
    @Test
    void shouldCountAFrameThatIsCompleteAsProgressAlsoWhereMostOfItCounted() {
        use(new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce());
        Peer peer = new Peer().hello(0, 0);
        ByteBuf both = Wire.data(allocator, 0, 100_000, 1, 2);
        int first = LinkLayout.DATA_LENGTH + (both.readableBytes() - LinkLayout.DATA_LENGTH) / 2;
        receiveAndLook(peer, both.readRetainedSlice(70_000), 1);
        receiveAndLook(peer, both.readRetainedSlice(first - 70_000), 40);
        receiveAndLook(peer, both.readRetainedSlice(1_000), 30);
        both.release();
        assertThat(sink.published(KEY)).containsExactly(1L);
        assertThat(peer.wire.said).noneMatch(said -> said.startsWith("GOAWAY") || said.startsWith("REJECT"));
    }

    private void receiveAndLook(Peer peer, ByteBuf bytes, int afterSeconds) {
        nanos += TimeUnit.SECONDS.toNanos(afterSeconds);
        peer.receiver.received(bytes);
        peer.receiver.readComplete();
        streams.checkTime();
    }
}
