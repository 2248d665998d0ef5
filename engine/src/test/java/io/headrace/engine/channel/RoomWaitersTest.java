package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who waits is woken when there is much room, or any for long enough, and stands in the queue once. */
class RoomWaitersTest {
    private static final int FRAME = 100;
    private static final int FRAMES = 16;
    private static final long MILLI = 1_000_000;
    private static final long START = Long.MAX_VALUE - MILLI / 2;

    private final RoomWaiters waiters = new RoomWaiters();
    private final RoomSignal signal = new RoomSignal();
    private final List<Integer> woken = new ArrayList<>();
    private final Admission room = new Admission(ChannelSettings.memory("c", FRAME * FRAMES), 4_096);

    private void fill(int frames) {
        for (int i = 0; i < frames; i++) {
            assertThat(room.tryReserve(1, FRAME, FRAME)).isNull();
        }
    }

    private void commit(int frames) {
        room.slotsFreed(frames);
        room.released((long) frames * FRAME, (long) frames * FRAME, (long) frames * FRAME);
    }

    private List<RoomWaiters.Waiter> queue(int count) {
        List<RoomWaiters.Waiter> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            added.add(RoomWaiters.Waiter.thread(() -> woken.add(number)).wanting(FRAME, FRAME));
            waiters.add(added.get(i));
        }
        return added;
    }

    @Test
    void shouldWakeAllThatFitInOrderOnceAnEighthIsFree() {
        fill(FRAMES);
        queue(3);
        assertThat(waiters.wake(room, START)).isZero();
        commit(1);
        assertThat(waiters.wake(room, START))
                .as("a frame's room is less than an eighth")
                .isZero();
        commit(1);
        assertThat(waiters.wake(room, START)).as("room for two, at once").isEqualTo(2);
        assertThat(woken).containsExactly(0, 1);
        assertThat(waiters.size()).isEqualTo(1);
    }

    @Test
    void shouldWakeForAnyRoomAfterAMillisecondAndBeRunThen() {
        fill(FRAMES);
        queue(2);
        commit(1);
        long held = START + 5 * MILLI;
        assertThat(waiters.nanosUntilDue(held)).isEqualTo(Long.MAX_VALUE);
        assertThat(waiters.wake(room, held)).isZero();
        assertThat(waiters.nanosUntilDue(held))
                .as("nobody else will run the journal")
                .isEqualTo(MILLI);
        assertThat(waiters.wake(room, held + MILLI - 1)).isZero();
        assertThat(waiters.nanosUntilDue(held + MILLI - 1)).isEqualTo(1);
        assertThat(waiters.wake(room, held + MILLI)).isEqualTo(1);
        assertThat(woken).containsExactly(0);
        assertThat(waiters.nanosUntilDue(held + MILLI)).as("there is no room").isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldHoldAnewForWhatBecomesFreeAfterThereWasNone() {
        fill(FRAMES);
        List<RoomWaiters.Waiter> queued = queue(2);
        commit(1);
        waiters.wake(room, START);
        assertThat(waiters.wake(room, START + MILLI)).isEqualTo(1);
        fill(1);
        waiters.settle(queued.get(0));
        assertThat(waiters.wake(room, START + MILLI)).isZero();
        commit(1);
        assertThat(waiters.wake(room, START + 9 * MILLI)).as("the room is new").isZero();
        assertThat(waiters.wake(room, START + 10 * MILLI)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8})
    void shouldNotHoldWhereAFrameIsAnEighthOrMore(int frames) {
        Admission small = new Admission(ChannelSettings.memory("c", frames), 4_096);
        for (int i = 0; i < frames; i++) {
            assertThat(small.tryReserve(1, 1, 1)).isNull();
        }
        queue(2);
        small.slotsFreed(1);
        small.released(1, 1, 1);
        assertThat(waiters.wake(small, START)).isEqualTo(1);
    }

    @Test
    void shouldWakeForAFrameAsLargeAsTheChannelWhenItIsEmpty() {
        fill(FRAMES);
        waiters.add(signal.waiter.wanting(FRAME * FRAMES, FRAME * FRAMES));
        commit(FRAMES);
        assertThat(waiters.wake(room, START)).isEqualTo(1);
        assertThat(room.tryReserve(1, FRAME * FRAMES, FRAME * FRAMES)).isNull();
    }

    @Test
    void shouldLetNewcomersPassWokenOnesOnlyWhereThereIsMuchRoomBesideWhatTheyWant() {
        fill(FRAMES);
        List<RoomWaiters.Waiter> queued = queue(2);
        commit(2);
        assertThat(waiters.wake(room, START)).isEqualTo(2);
        assertThat(waiters.mayPass(room)).as("their room is their own").isFalse();
        commit(1);
        assertThat(waiters.mayPass(room)).isFalse();
        commit(1);
        assertThat(waiters.mayPass(room)).isTrue();
        waiters.add(signal.waiter.wanting(FRAME, FRAME));
        assertThat(waiters.mayPass(room)).as("somebody waits").isFalse();
        waiters.settle(signal.waiter);
        queued.forEach(waiters::settle);
        assertThat(waiters.mayPass(room)).isTrue();
    }

    @Test
    void shouldKeepNoRoomForACallbackThatHasPut() {
        fill(FRAMES);
        waiters.add(RoomWaiters.Waiter.callback(() -> woken.add(-1), FRAME * FRAMES, FRAME * FRAMES));
        commit(3);
        assertThat(waiters.wake(room, START)).isEqualTo(1);
        assertThat(waiters.mayPass(room)).as("nobody else waits").isTrue();
        fill(1);
        queue(1);
        assertThat(waiters.wake(room, START)).as("the rest is free").isEqualTo(1);
        assertThat(woken).containsExactly(-1, 0);
    }

    /** Its connection may be gone. */
    @Test
    void shouldKeepNoRoomForLongForACallbackThatDoesNothing() {
        fill(FRAMES);
        waiters.add(RoomWaiters.Waiter.callback(() -> woken.add(-1), FRAME * FRAMES, FRAME * FRAMES));
        queue(1);
        commit(3);
        assertThat(waiters.wake(room, START)).isEqualTo(1);
        assertThat(waiters.nanosUntilDue(START))
                .as("nobody else will run the journal")
                .isEqualTo(10 * MILLI);
        assertThat(waiters.wake(room, START + 10 * MILLI - 1)).isZero();
        assertThat(waiters.nanosUntilDue(START + 10 * MILLI)).isZero();
        assertThat(waiters.wake(room, START + 10 * MILLI)).isEqualTo(1);
        assertThat(woken).containsExactly(-1, 0);
    }

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
        assertThat(waiters.mayPass(room)).isTrue();
    }

    @Test
    void shouldLetNewcomersPassOnceAWokenWaiterIsSettledAndUsedAgain() {
        fill(FRAMES);
        for (int i = 1; i <= 3; i++) {
            signal.await(Thread.currentThread());
            waiters.add(signal.waiter.wanting(i, i));
            assertThat(waiters.mayPass(room)).isFalse();
            waiters.wakeAll();
            assertThat(signal.woken).isTrue();
            assertThat(waiters.mayPass(room))
                    .as("it was woken and has not put yet")
                    .isFalse();
            waiters.settle(signal.waiter);
            assertThat(waiters.mayPass(room)).isTrue();
        }
    }
}
