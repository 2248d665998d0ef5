package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * What a lease holds, in arrays that the next lease uses again. Filled under the take side's lock, from the {@link
 * LeaseTable} and by the {@link TakeCursor}, then read by the lease's holder; as a command it tells the journal what was
 * committed. Whoever of the two is done with it last gives it back to {@link LeaseRooms}: a commit is handed over before its
 * frames are released.
 */
final class LeaseRoom implements JournalCommand {
    private static final int LEAST_FRAMES = 4;
    private static final int MOST_EXPECTED = 256;

    /** Larger ones are rare, and memory for them is not kept. */
    private static final int MOST_KEPT = 1_024;

    private static final VarHandle USERS;

    static {
        try {
            USERS = MethodHandles.lookup().findVarHandle(LeaseRoom.class, "users", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    ConsumerImpl consumer;
    byte[] token;
    long tokenVersion;

    private final LeaseRooms rooms;
    private Frame[] frames;
    /** Above that of the first frame: a lease is no wider than the window (R6). */
    private int[] sequences;

    private long[] publishedNanos;
    private int[] eventCounts;
    private long firstSequence;
    private int size;
    private int events;
    private long bytes;

    /** The holder, and the journal once it has the commit. */
    @SuppressWarnings("unused") // through USERS
    private int users;

    /** @param expected frames, as far as is known, so that arrays are neither too large nor copied */
    LeaseRoom(LeaseRooms rooms, long expected) {
        this.rooms = rooms;
        int room = (int) Math.max(LEAST_FRAMES, Math.min(MOST_EXPECTED, expected));
        frames = new Frame[room];
        sequences = new int[room];
        publishedNanos = new long[room];
        eventCounts = new int[room];
    }

    void begin(ConsumerImpl newConsumer) {
        consumer = newConsumer;
        token = null;
        tokenVersion = 0;
        size = 0;
        events = 0;
        bytes = 0;
        users = 1;
    }

    void add(TakenFrame entry) {
        if (size == frames.length) {
            frames = Arrays.copyOf(frames, size * 2);
            sequences = Arrays.copyOf(sequences, size * 2);
            publishedNanos = Arrays.copyOf(publishedNanos, size * 2);
            eventCounts = Arrays.copyOf(eventCounts, size * 2);
        }
        frames[size] = entry.frame;
        if (size == 0) {
            firstSequence = entry.sequence;
        }
        sequences[size] = Math.toIntExact(entry.sequence - firstSequence);
        publishedNanos[size] = entry.publishedNanos;
        eventCounts[size] = entry.events;
        size++;
        events += entry.events;
        bytes += entry.frame.length();
    }

    boolean hasRoomFor(int moreEvents, long moreBytes, int maxEvents, long maxBytes) {
        return size == 0 || (long) events + moreEvents <= maxEvents && bytes + moreBytes <= maxBytes;
    }

    int size() {
        return size;
    }

    int events() {
        return events;
    }

    long bytes() {
        return bytes;
    }

    Frame frame(int index) {
        return frames[index];
    }

    long sequence(int index) {
        return firstSequence + sequences[index];
    }

    /** When the frame was published, or 0 when it came from the log. */
    long publishedNanos(int index) {
        return publishedNanos[index];
    }

    /** Events of one frame, also after it was released. */
    int events(int index) {
        return eventCounts[index];
    }

    /** The journal gets it, too, and leaves it for itself. */
    void share() {
        users = 2;
    }

    /** The holder gives back its references. */
    void releaseFrames() {
        for (int i = 0; i < size; i++) {
            frames[i].release();
        }
    }

    /** One of its users is done with it; the last one makes room for another lease. */
    void leave() {
        if ((int) USERS.getAndAdd(this, -1) == 1) {
            Arrays.fill(frames, 0, size, null);
            consumer = null;
            token = null;
            if (frames.length <= MOST_KEPT) {
                rooms.giveBack(this);
            }
        }
    }

    @Override
    public void applyTo(ChannelState state) {
        state.committed(this);
        leave();
    }
}
