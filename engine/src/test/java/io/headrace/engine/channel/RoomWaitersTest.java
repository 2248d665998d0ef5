package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A waiter that is used again stands in the queue once. */
class RoomWaitersTest {
    private final RoomWaiters waiters = new RoomWaiters();
    private final RoomSignal signal = new RoomSignal();

    @Test
    void shouldQueueAWaiterOnceThatALateWakeUpMadeTryInVain() {
        signal.await(Thread.currentThread());
        waiters.add(signal.waiter.wanting(1, 1));
        // What woke it is the journal's answer to its wait before, which it gave up.
        signal.run();
        waiters.addAgain(signal.waiter);
        assertThat(waiters.size()).isEqualTo(1);
        waiters.settle(signal.waiter);
        assertThat(waiters.isEmpty()).isTrue();
        assertThat(waiters.mayPass()).isTrue();
    }

    @Test
    void shouldLetNewcomersPassOnceAWokenWaiterIsSettledAndUsedAgain() {
        for (int i = 1; i <= 3; i++) {
            signal.await(Thread.currentThread());
            waiters.add(signal.waiter.wanting(i, i));
            assertThat(waiters.mayPass()).isFalse();
            waiters.wakeAll();
            assertThat(signal.woken).isTrue();
            assertThat(waiters.mayPass()).as("it was woken and has not put yet").isFalse();
            waiters.settle(signal.waiter);
            assertThat(waiters.mayPass()).isTrue();
        }
    }
}
