package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What the sender does about a frame that the receiver refuses or that is damaged, and about a receiver that wants none. */
class LinkSenderRefusalTest extends SimLinkFixture {
    @Test
    void shouldSendASoundFrameOnceMoreThenBackOffWhenItsChecksumIsRefused_R18() {
        sim.start();
        append(1, 3, 1_000);
        sim.work();
        sim.answerDial();
        handshake();
        corruptLastFrame();
        sim.deliverToReceiver(sim.connection(), Integer.MAX_VALUE);
        sim.deliverToSender(sim.connection(), Integer.MAX_VALUE);
        assertThat(sim.health)
                .as("the first refusal is nobody's fault yet")
                .noneMatch(said -> said.contains("refused"));
        // At once, without a pause.
        sim.work();
        assertThat(sim.isDialling()).isTrue();
        sim.answerDial();
        handshake();
        corruptLastFrame();
        sim.deliverToReceiver(sim.connection(), Integer.MAX_VALUE);
        sim.deliverToSender(sim.connection(), Integer.MAX_VALUE);
        sim.work();
        assertThat(sim.isDialling()).isFalse();
        assertThat(sim.sender.trouble()).contains("sound frame refused again").contains("frame 3 (CHECKSUM)");
        sim.advance(5_000);
        sim.settle();
        sim.sink.sync(3);
        sim.settle();
        sim.sink.drain(3);
        assertThat(sim.sink.delivered()).isEqualTo(ids(3));
        assertThat(sim.sender.trouble()).isNull();
    }

    @Test
    void shouldNotSpinWhenAnotherFrameIsRefusedEachTime_R18() {
        sim.start();
        append(1, 3, 1_000);
        sim.work();
        for (int position = 1; position <= 3; position++) {
            sim.answerDial();
            handshake();
            sim.connection()
                    .fromReceiver
                    .write(LinkEncoder.reject(allocator, RejectCode.CHECKSUM, position, "changed under way"));
            sim.connection().fromReceiver.flush();
            sim.deliverToSender(sim.connection(), Integer.MAX_VALUE);
            sim.work();
        }
        assertThat(helloes()).as("connections without a pause").isEqualTo(2);
        assertThat(sim.sender.trouble()).contains("sound frame refused again");
    }

    @Test
    void shouldStallAndDropNothingWhenItsOwnCopyIsDamaged_R18() {
        sim.start();
        append(1, 3, 1_000);
        Frame damaged = sim.source.frame(2);
        UnsafeBuffer memory = new UnsafeBuffer(damaged.retainedBuf().nioBuffer());
        damaged.retainedBuf().release(2);
        memory.putByte(500, (byte) ~memory.getByte(500));
        sim.settle();
        assertThat(sim.sender.trouble()).contains("frame 2 is damaged in this channel");
        assertThat(sim.source.committedInOrder()).isEmpty();
        int helloes = helloes();
        for (int i = 0; i < 2_900; i++) {
            sim.advance(10);
            sim.work();
            sim.answerDial();
        }
        assertThat(helloes()).as("connections within 29 s").isEqualTo(helloes);
        assertThat(sim.source.isEmpty()).isFalse();
    }

    @Test
    void shouldStallOnAFrameThatIsTooLargeAndSendWhatStandsBeforeIt() {
        sim.receiverOptions = new LinkReceiverOptions(AckLevel.ACCEPTED, 10_000, 1 << 20, 60_000, 5_000, 60_000);
        sim.start();
        append(1, 2, 100);
        append(3, 3, 20_000);
        append(4, 4, 100);
        sim.settle();
        sim.sink.sync(9);
        sim.settle();
        assertThat(sim.sender.trouble()).contains("frame of 20").contains("expected: <= 10000");
        assertThat(sim.sink.published()).isEqualTo(2);
        for (int i = 0; i < 600; i++) {
            sim.advance(100);
            sim.settle();
        }
        assertThat(helloes()).as("does not spin").isEqualTo(1);
        assertThat(sim.sender.trouble()).contains("frame of 20");
        // The receiver comes back with a larger limit.
        sim.receiverOptions = LinkReceiverOptions.defaults();
        sim.killReceiver();
        sim.settle();
        sim.advance(1_000);
        sim.settle();
        sim.sink.sync(9);
        sim.settle();
        sim.sink.drain(9);
        assertThat(sim.sink.delivered()).isEqualTo(ids(4));
        assertThat(sim.sender.trouble()).isNull();
    }

    @Test
    void shouldStallWithTheReasonWhenTheReceiverRefusesForGood() {
        sim.gate = new TokenGate("secret");
        sim.start();
        sim.settle();
        assertThat(sim.sender.trouble()).contains("sim:1 refused the connection (TOKEN)");
        for (int i = 0; i < 290; i++) {
            sim.advance(100);
            sim.settle();
        }
        assertThat(helloes()).isEqualTo(1);
        sim.advance(2_000);
        sim.settle();
        assertThat(helloes()).as("tries again after 30 s").isEqualTo(2);
    }

    private void corruptLastFrame() {
        SimEnd end = sim.connection().fromSender;
        end.flip(end.inFlight() - 100, 1);
    }
}
