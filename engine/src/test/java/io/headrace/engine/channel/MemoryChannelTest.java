package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.frame.Producer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryChannelTest {
    private final DrivenRunner runner = new DrivenRunner();
    private final Producer producer = Fixtures.producer(7);
    private final List<Frame> frames = new ArrayList<>();
    private ManagedChannel channel;
    private ChannelProcessorImpl processor;
    private SourceInput input;
    private ChannelConsumer consumer;
    private PutTicket ticket;

    @BeforeEach
    void openChannel() throws IOException {
        open(ChannelSettings.memory("c1", 10));
    }

    private void open(ChannelSettings settings) throws IOException {
        channel = ChannelFactory.open(settings, Fixtures.environment("c1", null, runner));
        channel.start();
        processor = Fixtures.processor(channel);
        input = processor.anonymousInput();
        consumer = channel.consumer("k1");
        ticket = processor.newTicket();
    }

    @AfterEach
    void shouldHoldNoReferenceInTheEnd() {
        input.close();
        channel.close();
        for (Frame frame : frames) {
            assertThat(frame.references()).isEqualTo(1);
            frame.release();
        }
    }

    private PutStatus put(String... bodies) {
        Frame frame = Fixtures.frame(producer, bodies);
        frames.add(frame);
        return processor.tryPut(input, 0, frame, true, ticket);
    }

    @Test
    void shouldGiveBackWhatWasPutInOrder() {
        assertThat(put("a", "b")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(put("c")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(consumer.tryLease(100, 1 << 20)).isNull();
        runner.runAll();
        assertThat(ticket.isAcknowledged()).isTrue();
        assertThat(ticket.isSafe()).isFalse();
        Lease lease = consumer.tryLease(100, 1 << 20);
        assertThat(Fixtures.bodies(lease)).containsExactly("a", "b", "c");
        lease.commit();
        runner.runAll();
        assertThat(ticket.isSafe()).isTrue();
        assertThat(channel.size()).isZero();
        assertThat(channel.ledger().balances()).isTrue();
        assertThat(channel.ledger().delivered()).isEqualTo(3);
    }

    @Test
    void shouldRefuseWhenCapacityIsHeldAndSayWhy() {
        put("1", "2", "3", "4", "5", "6", "7", "8", "9");
        assertThat(put("10", "11")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(put("12")).isEqualTo(PutStatus.FULL);
        assertThat(ticket.fullChannel()).isSameAs(channel);
        assertThat(ticket.fullReason()).isEqualTo(FullReason.EVENTS);
        runner.runAll();
        consumer.tryLease(100, 1 << 20).commit();
        assertThat(put("12")).isEqualTo(PutStatus.ACCEPTED);
    }

    @Test
    void shouldLeaseAgainWhatWasRolledBackFirstOfAll() {
        put("a");
        put("b");
        runner.runAll();
        Lease first = consumer.tryLease(1, 1 << 20);
        Lease second = consumer.tryLease(1, 1 << 20);
        put("c");
        runner.runAll();
        first.rollback();
        second.rollback();
        Lease again = consumer.tryLease(100, 1 << 20);
        assertThat(Fixtures.bodies(again)).containsExactly("a", "b", "c");
        again.commit();
        runner.runAll();
        assertThat(channel.ledger().redelivered()).isEqualTo(2);
    }

    @Test
    void shouldCountWhatCouldNotBeDrainedAtStop() {
        put("a", "b");
        runner.runAll();
        Lease open = consumer.tryLease(100, 1 << 20);
        assertThat(channel.stop(0)).isEqualTo(2);
        assertThat(channel.ledger().dropped()).containsEntry("stop", 2L);
        assertThat(channel.ledger().balances()).isTrue();
        assertThat(put("c")).isEqualTo(PutStatus.CLOSED);
        assertThat(Fixtures.bodies(open)).containsExactly("a", "b");
        open.rollback();
    }

    @Test
    void shouldRefuseWhenByteCapacityIsPinnedAndSayWhy() throws IOException {
        channel.close();
        open(ChannelSettings.memory("c1", 1_000).withByteCapacity(1));
        assertThat(put("a")).isEqualTo(PutStatus.ACCEPTED);
        assertThat(put("b")).isEqualTo(PutStatus.FULL);
        assertThat(ticket.fullReason()).isEqualTo(FullReason.BYTES);
        runner.runAll();
        Lease lease = consumer.tryLease(1, 1 << 20);
        lease.rollback();
        assertThat(put("c")).as("a rollback frees nothing").isEqualTo(PutStatus.FULL);
        consumer.tryLease(1, 1 << 20).commit();
        assertThat(put("c")).isEqualTo(PutStatus.ACCEPTED);
    }
}
