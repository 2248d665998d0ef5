package io.headrace.engine.channel;

import org.jctools.queues.atomic.MpscAtomicArrayQueue;

/** Rooms of ended leases, for the next ones: no more than were in use at a time, and those within a bound. */
final class LeaseRooms {
    private static final int MOST = 128;

    private final MpscAtomicArrayQueue<LeaseRoom> free = new MpscAtomicArrayQueue<>(MOST);

    /** By one thread at a time. */
    LeaseRoom take(ConsumerImpl consumer, long expected) {
        // One that is being given back at this moment is not waited for.
        LeaseRoom room = free.relaxedPoll();
        if (room == null) {
            room = new LeaseRoom(this, expected);
        }
        room.begin(consumer);
        return room;
    }

    /** Any thread; one too many is left to the collector. */
    void giveBack(LeaseRoom room) {
        free.offer(room);
    }
}
