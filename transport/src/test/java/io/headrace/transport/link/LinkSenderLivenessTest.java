package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How sender and receiver find out that the other is gone, and how little they say while nothing is to be sent. */
class LinkSenderLivenessTest extends SimLinkFixture {
    private static final int PING_BYTES = 24;

    @Test
    void shouldGiveUpAConnectionOverWhichNothingIsHeard() {
        sim.start();
        append(1, 5, 100);
        sim.settle();
        sim.sink.sync(5);
        long before = helloes();
        // Neither side learns of it; only time tells.
        SimConnection silent = sim.connection();
        for (int i = 0; i < 25; i++) {
            sim.advance(1_000);
            sim.work();
        }
        assertThat(sim.sender.trouble()).contains("nothing heard of sim:1 for 20000 ms");
        assertThat(silent.fromSender.isClosed()).isTrue();
        sim.advance(5_000);
        sim.settle();
        assertThat(helloes()).isGreaterThan((int) before);
        assertThat(sim.source.isEmpty()).isTrue();
    }

    @Test
    void shouldFinishALargeFrameOnASlowPath() {
        sim.senderOptions =
                new LinkSenderOptions("agent", "channel", "", 10, 1 << 20, 16 << 20, 2_000, 2_000, 100, 5_000, 30_000);
        sim.start();
        append(1, 1, 1_000_000);
        sim.work();
        sim.answerDial();
        handshake();
        for (int i = 0; i < 120 && sim.sink.published() == 0; i++) {
            sim.deliverToReceiver(sim.connection(), 10_000);
            sim.advance(1_000);
            sim.work();
        }
        assertThat(sim.sender.state()).isEqualTo(LinkSender.State.STREAMING);
        assertThat(sim.sender.trouble()).isNull();
        assertThat(sim.sink.published()).isEqualTo(1);
    }

    @Test
    void shouldGiveUpAPeerThatTakesNothingOfALargeFrame() {
        sim.start();
        append(1, 1, 1_000_000);
        sim.work();
        sim.answerDial();
        handshake();
        for (int i = 0; i < 25; i++) {
            sim.advance(1_000);
            sim.work();
        }
        assertThat(sim.sender.trouble()).contains("nothing heard of");
    }

    @Test
    void shouldSpeakWhenItOnlyHears() {
        sim.start();
        append(1, 100, 100);
        sim.settle();
        int spoke = 0;
        for (int i = 0; i < 90; i++) {
            sim.advance(1_000);
            sim.work();
            spoke += sim.connection().fromSender.inFlight() > 0 ? 1 : 0;
            sim.sink.sync(1);
            sim.settle();
            sim.streams.checkTime();
        }
        assertThat(helloes()).as("the receiver gave it up as silent").isEqualTo(1);
        assertThat(spoke).as("without being asked").isEqualTo(12);
        assertThat(sim.sender.unanswered()).isEqualTo(10);
    }

    @Test
    void shouldSpeakRarelyWhileNothingAwaitsAnAnswerAndNobodyAsks() {
        sim.start();
        sim.settle();
        int pings = 0;
        for (int i = 0; i < 36_000; i++) {
            sim.advance(100);
            sim.work();
            pings += sim.deliverToReceiver(sim.connection(), Integer.MAX_VALUE) ? 1 : 0;
            sim.settle();
        }
        assertThat(pings).isBetween(80, 3_600 / 40);
        assertThat(helloes()).isEqualTo(1);
    }

    @Test
    void shouldNotAskWhileFramesGoAndAreAnswered() {
        sim.start();
        sim.settle();
        Set<Integer> dataBytes = new HashSet<>();
        for (int i = 0; i < 600; i++) {
            sim.advance(100);
            sim.work();
            assertThat(sim.connection().fromSender.inFlight()).isZero();
            if (i % 10 == 0) {
                append(1 + i / 10, 1 + i / 10, 100);
                sim.work();
                sim.work();
                dataBytes.add(sim.connection().fromSender.inFlight());
                sim.settle();
                sim.sink.sync(1);
                sim.settle();
            }
        }
        assertThat(dataBytes).as("DATA alone").hasSize(1);
        assertThat(sim.sender.unanswered()).isZero();
    }

    @Test
    void shouldBeKeptByAReceiverThatWaitsForLessTimeThanItIsSilent() {
        LinkReceiverOptions usual = LinkReceiverOptions.defaults();
        sim.receiverOptions = new LinkReceiverOptions(
                usual.level(), usual.maxFrameLength(), usual.maxConnectionBytes(), 5_000, 5_000, 60_000);
        sim.start();
        sim.settle();
        for (int i = 0; i < 600; i++) {
            sim.advance(1_000);
            sim.streams.checkTime();
            sim.settle();
        }
        assertThat(helloes()).isEqualTo(1);
    }

    @Test
    void shouldBeAskedBeforeAReceiverThatLooksNoMoreOftenThanItWaitsGivesItUp() {
        LinkReceiverOptions usual = LinkReceiverOptions.defaults();
        sim.receiverOptions = new LinkReceiverOptions(
                usual.level(), usual.maxFrameLength(), usual.maxConnectionBytes(), 1_000, 5_000, 60_000);
        sim.start();
        sim.settle();
        for (int i = 0; i < 60; i++) {
            sim.advance(1_000);
            sim.streams.checkTime();
            sim.settle();
        }
        assertThat(helloes()).isEqualTo(1);
    }

    @Test
    void shouldGiveUpAnIdleConnectionThatDoesNotAnswerItsPing() {
        sim.start();
        sim.settle();
        SimConnection silent = sim.connection();
        for (int i = 0; i < 59; i++) {
            sim.advance(1_000);
            sim.work();
        }
        assertThat(sim.sender.trouble()).isNull();
        assertThat(silent.fromSender.inFlight()).as("after 40, 47, 54 s").isEqualTo(3 * PING_BYTES);
        sim.advance(1_000);
        sim.work();
        assertThat(sim.sender.trouble()).contains("nothing heard of sim:1 for 20000 ms");
        assertThat(silent.fromSender.isClosed()).isTrue();
    }

    /** For many connections that costs it less than PINGs that come when they like. */
    @Test
    void shouldLeaveItToTheReceiverToAskWhereNothingIsToBeSent() {
        sim.start();
        sim.settle();
        SimConnection idle = sim.connection();
        int asked = 0;
        int said = 0;
        for (int i = 0; i < 300; i++) {
            sim.advance(1_000);
            sim.streams.checkTime();
            asked += idle.fromReceiver.inFlight() / PING_BYTES;
            sim.deliverToSender(idle, Integer.MAX_VALUE);
            sim.work();
            said += idle.fromSender.inFlight() / PING_BYTES;
            sim.settle();
        }
        assertThat(asked).isBetween(9, 13);
        assertThat(said).as("PONGs and nothing else").isEqualTo(asked);
        assertThat(helloes()).isEqualTo(1);
    }

    @Test
    void shouldGiveTheReceiverItsWholeTimeAfterAnIdleWhile() {
        sim.start();
        sim.settle();
        sim.advance(19_000);
        sim.work();
        append(1, 1, 100);
        sim.work();
        for (int i = 0; i < 19; i++) {
            sim.advance(1_000);
            sim.work();
        }
        assertThat(sim.sender.trouble()).isNull();
        sim.advance(1_000);
        sim.work();
        assertThat(sim.sender.trouble()).contains("nothing heard of");
    }
}
