package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much the sender has under way, by its window and the receiver's credit, and when it asks for an answer to go on. */
class LinkSenderFlowTest extends SimLinkFixture {
    @Test
    void shouldSendAFrameLargerThanAnyCreditAlone_R13() {
        sim.start();
        append(1, 3, 300_000);
        sim.settle();
        assertThat(sim.sink.published()).isEqualTo(1);
        sim.sink.sync(1);
        sim.settle();
        assertThat(sim.sink.published()).isEqualTo(2);
        sim.sink.sync(1);
        sim.settle();
        assertThat(sim.sink.published()).isEqualTo(3);
        assertThat(sim.receiverMetrics.counter("RejectSentCount").get()).isZero();
        assertThat(sim.senderMetrics.counter("CreditStallCount").get()).isPositive();
    }

    @Test
    void shouldNeverSendMoreThanTheWindowUnacknowledged() {
        sim.senderOptions =
                new LinkSenderOptions("agent", "channel", "", 100, 1 << 20, 64 * 1024, 2_000, 2_000, 100, 1_000, 3_000);
        sim.receiveBytes = 64 << 20;
        sim.start();
        append(1, 100, 10_000);
        sim.settle();
        assertThat(sim.sender.unanswered()).isEqualTo(6);
    }

    @Test
    void shouldStayConnectedForHoursWhileTheReceiverIsFull_R13() {
        sim.start();
        append(1, 200, 20_000);
        sim.settle();
        sim.sink.sync(1000);
        sim.settle();
        int published = sim.sink.published();
        for (int i = 0; i < 3_600; i++) {
            sim.advance(1_000);
            sim.settle();
            sim.streams.checkTime();
        }
        assertThat(helloes()).isEqualTo(1);
        assertThat(sim.sink.published()).isEqualTo(published);
        for (int i = 0; i < 200; i++) {
            sim.sink.drain(1);
            sim.settle();
            sim.sink.sync(1000);
            sim.settle();
        }
        sim.sink.drain(1000);
        assertThat(sim.sink.delivered()).isEqualTo(ids(200));
        assertThat(helloes()).isEqualTo(1);
    }

    @Test
    void shouldSayThatTheReceiverTakesNothingAndThatItDoesAgain() {
        sim.start();
        append(1, 10, 100);
        sim.settle();
        for (int i = 0; i < 190; i++) {
            sim.advance(100);
            sim.settle();
        }
        assertThat(sim.sender.trouble()).as("before the request timeout").isNull();
        for (int i = 0; i < 20; i++) {
            sim.advance(100);
            sim.settle();
        }
        assertThat(sim.sender.state()).as("PING is answered").isEqualTo(LinkSender.State.STREAMING);
        assertThat(sim.sender.unanswered()).isEqualTo(10);
        assertThat(sim.health.get(sim.health.size() - 1))
                .isEqualTo("-sim:1 is there, but has taken nothing for 20000 ms: its channels may be full");
        sim.sink.sync(3);
        sim.settle();
        assertThat(sim.health.get(sim.health.size() - 1)).isEqualTo("+connected to sim:1");
    }

    @Test
    void shouldAskOnceForAnAnswerWithoutWhichItsSmallWindowStaysFull() {
        append(1, 40, 10_000);
        Wire wire = welcomed(withWindow(64 * 1024), 1 << 20);
        sim.work();
        assertThat(sim.sender.unanswered()).isEqualTo(6);
        assertThat(count(wire, "PING")).isEqualTo(1);
        sim.work();
        assertThat(count(wire, "PING")).isEqualTo(1);
        acknowledge(wire, 0, 2 << 20);
        assertThat(count(wire, "PING")).as("nothing is answered").isEqualTo(1);
        acknowledge(wire, 4, 2 << 20);
        assertThat(sim.sender.unanswered()).isEqualTo(6);
        assertThat(count(wire, "PING")).isEqualTo(2);
    }

    /** Half of the window is used: before the frames that fill it. */
    @Test
    void shouldAskOnceItMayWriteAgain() {
        append(1, 40, 10_000);
        Wire wire = welcomed(withWindow(64 * 1024), 1 << 20);
        wire.said.clear();
        wire.writable = false;
        acknowledge(wire, 2, 1 << 20);
        assertThat(wire.said).isEmpty();
        wire.writable = true;
        sim.work();
        assertThat(sim.sender.unanswered()).isEqualTo(6);
        assertThat(wire.said.get(0)).startsWith("PING ");
        assertThat(count(wire, "PING")).isEqualTo(1);
    }

    /** Asked before, it would be about nothing, and what then fills the window again would wait at the receiver. */
    @Test
    void shouldAskBehindWhatFillsTheWindowOnceMoreAndNotBefore() {
        append(1, 40, 10_000);
        Wire wire = welcomed(withWindow(64 * 1024), 1 << 20);
        wire.said.clear();
        acknowledge(wire, 6, 2 << 20);
        assertThat(sim.sender.unanswered()).isEqualTo(6);
        assertThat(wire.said.get(0)).startsWith("DATA ");
        assertThat(wire.last()).startsWith("PING ");
        assertThat(count(wire, "PING")).isEqualTo(1);
    }

    @Test
    void shouldNotAskWhereItMayGoOnWithMoreCredit() {
        append(1, 60, 10_000);
        Wire wire = welcomed(withWindow(10 << 20), 100_000);
        acknowledge(wire, 0, 1 << 20);
        assertThat(sim.sender.unanswered()).isEqualTo(60);
        assertThat(count(wire, "PING")).isZero();
    }

    @Test
    void shouldNotAskWhereSoManyFramesAreUnderWayThatTheReceiverAnswers() {
        append(1, 60, 10_000);
        Wire wire = welcomed(withWindow(200_000), 10 << 20);
        assertThat(sim.sender.unanswered()).isBetween((long) LinkLayout.ACK_FRAMES, 20L);
        assertThat(count(wire, "PING")).isZero();
    }

    @Test
    void shouldNotAskWhereSoMuchOfTheCreditIsUsedThatTheReceiverAnswers() {
        append(1, 60, 10_000);
        Wire wire = welcomed(withWindow(10 << 20), 100_000);
        assertThat(sim.sender.unanswered()).isEqualTo(9);
        assertThat(count(wire, "PING")).isZero();
    }

    @Test
    void shouldNotAskWhereAllIsSent() {
        append(1, 5, 10_000);
        Wire wire = welcomed(withWindow(64 * 1024), 1 << 20);
        assertThat(sim.sender.unanswered()).isEqualTo(5);
        assertThat(count(wire, "PING")).isZero();
    }

    private Wire welcomed(LinkSenderOptions options, long credit) {
        sim.senderOptions = options;
        sim.start();
        sim.work();
        Wire wire = new Wire(allocator);
        sim.sender.connected(wire);
        sim.sender.received(
                wire,
                LinkEncoder.welcome(
                        allocator, new Welcome(LinkLayout.VERSION, 0, 1 << 20, AckLevel.ACCEPTED, 0, credit)));
        sim.work();
        wire.said.removeIf(said -> !said.startsWith("PING"));
        return wire;
    }

    private void acknowledge(Wire wire, long frames, long credit) {
        sim.sender.received(wire, LinkEncoder.ack(allocator, frames, credit));
        sim.work();
    }

    private static LinkSenderOptions withWindow(long bytes) {
        return new LinkSenderOptions("agent", "channel", "", 10, 1 << 20, bytes, 20_000, 20_000, 100, 5_000, 30_000);
    }

    private static long count(Wire wire, String what) {
        return wire.said.stream().filter(said -> said.startsWith(what)).count();
    }
}
