package io.headrace.frame;

import java.util.Arrays;

/**
 * Empty rooms of one size. The last one that came is the first to go, since it is the one that may still be in a
 * processor's cache; those at the bottom are there for nothing. Safe for any thread, by a lock that is held for a few
 * instructions and makes no garbage when threads meet at it.
 */
final class KeptRooms {
    private static final FrameRoom[] NONE = {};
    private static final int FIRST_PLACES = 8;

    private final int most;
    private FrameRoom[] rooms = NONE;
    private int count;

    /** The fewest since the last {@link #takeUnused()}. */
    private int fewest;

    KeptRooms(int most) {
        this.most = most;
    }

    synchronized boolean push(FrameRoom room) {
        if (count == most) {
            return false;
        }
        if (count == rooms.length) {
            rooms = Arrays.copyOf(rooms, Math.min(most, Math.max(FIRST_PLACES, count * 2)));
        }
        rooms[count++] = room;
        return true;
    }

    /** Null for none. */
    synchronized FrameRoom pop() {
        if (count == 0) {
            return null;
        }
        FrameRoom room = rooms[--count];
        rooms[count] = null;
        fewest = Math.min(fewest, count);
        return room;
    }

    /** Takes out what nobody took since the last call. */
    synchronized FrameRoom[] takeUnused() {
        FrameRoom[] unused = NONE;
        if (fewest > 0) {
            unused = Arrays.copyOf(rooms, fewest);
            rooms = Arrays.copyOfRange(rooms, fewest, count);
            count -= fewest;
        }
        fewest = count;
        return unused;
    }
}
