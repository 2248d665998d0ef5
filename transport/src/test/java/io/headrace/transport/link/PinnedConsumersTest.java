package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.channel.Lease;
import io.headrace.wal.StreamId;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A sink with two connections, of which one is lost: what waits for the other is not begun anew. */
class PinnedConsumersTest {
    private static final int FIRST = 0;
    private static final int SECOND = 1;
    private static final long BYTES = 1 << 20;

    private final ModelSource source = new ModelSource(new StreamId(1, 2));
    private final PinnedConsumers shared = new PinnedConsumers(source, 2);
    private final List<Long> leased = new ArrayList<>();
    private long ofFirst;
    private long ofSecond;

    @BeforeEach
    void findAProducerOfEach() {
        shared.stands(FIRST, true);
        shared.stands(SECOND, true);
        for (long producer = 1; ofFirst == 0 || ofSecond == 0; producer++) {
            put(producer);
            Lease lease = shared.part(FIRST).tryLease(1, BYTES);
            if (lease == null) {
                ofSecond = producer;
                lease = shared.part(SECOND).tryLease(1, BYTES);
            } else {
                ofFirst = producer;
            }
            lease.commit();
        }
        source.checkpoint();
    }

    @AfterEach
    void close() {
        shared.close();
        assertThat(source.openLeases()).isZero();
        source.close();
    }

    private long put(long producer) {
        return source.append(TestFrames.of(PooledByteBufAllocator.DEFAULT, producer, 1, 1, 8, 0), 0);
    }

    private Lease lease(int connection, int events) {
        Lease lease = shared.part(connection).tryLease(events, BYTES);
        for (int i = 0; lease != null && i < lease.size(); i++) {
            leased.add(lease.sequence(i));
        }
        return lease;
    }

    /** The receiver has what it answered: sent once more it is work for nothing, and doubled where that has forgotten it. */
    @Test
    void shouldNotSendAgainWhatAConnectionThatStandsHasGotAnswersFor() {
        long one = put(ofFirst);
        long two = put(ofFirst);
        long three = put(ofSecond);
        // The first two are one lease of the channel, and wait for the connection of their producer.
        Lease lost = lease(SECOND, 2);
        lease(FIRST, 1).commit();
        lost.rollback();
        assertThat(shared.stands(SECOND, false)).as("shared out anew").isFalse();
        lease(FIRST, 2).commit();
        assertThat(source.committedInOrder()).endsWith(one, two);
        lease(FIRST, 2).commit();
        assertThat(leased).containsExactly(three, one, two, three);
        assertThat(source.isEmpty()).isTrue();
    }

    /** Or the frame would be on its way twice, and the answer to the first would end a lease that has ended. */
    @Test
    void shouldGiveNothingBackWhileAnAnswerIsOnItsWay() {
        long one = put(ofFirst);
        long two = put(ofSecond);
        Lease lost = lease(SECOND, 2);
        Lease open = lease(FIRST, 2);
        assertThat(leased).containsExactly(two, one);
        lost.rollback();
        assertThat(shared.stands(SECOND, false)).isFalse();
        assertThat(lease(FIRST, 2)).isNull();
        open.commit();
        lease(FIRST, 2).commit();
        // Both were one lease of the channel: it goes back as a whole, first frame first.
        assertThat(leased).containsExactly(two, one, one, two);
        assertThat(source.isEmpty()).isTrue();
    }
}
