package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Aligned memory for one group, and its way to the disk beside the journal: handed over, claimed by a {@link GroupWriter} or
 * taken back by the journal, written. Fields but the state belong to whoever has it: the journal while it is free or
 * done, the one that claimed it in between.
 */
final class HandedGroup {
    private static final int FREE = 0;
    private static final int HANDED = 1;
    private static final int CLAIMED = 2;
    private static final int DONE = 3;

    private final AtomicInteger state = new AtomicInteger(FREE);

    private final int bytes;

    /** Null until {@link #prepare()}: of most channels one group at a time is all there ever is. */
    ByteBuffer staging;

    StorageFile file;

    /** The segment's file where its header is to be synced with the group, or null. */
    StorageFile header;

    long at;
    int length;

    /** Where the group's frames and their padding end in the segment. */
    long end;

    long lastSequence;
    int frames;
    int frameBytes;
    private Throwable failure;

    HandedGroup(int bytes) {
        this.bytes = bytes;
    }

    /** Takes the memory, once. Journal thread, while it is free; handing over publishes it. */
    void prepare() {
        if (staging == null) {
            staging = ByteBuffer.allocateDirect(bytes + Storage.BLOCK)
                    .alignedSlice(Storage.BLOCK)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    void handOver() {
        failure = null;
        state.set(HANDED);
    }

    /** Whether it waits to be written and is the caller's to write now. */
    boolean claim() {
        return state.get() == HANDED && state.compareAndSet(HANDED, CLAIMED);
    }

    /** Writes it, durable on return, or keeps why not. By whoever claimed it. */
    void write() {
        try {
            file.write(staging.clear().limit(length), at);
            if (header != null) {
                header.sync();
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        } finally {
            state.set(DONE);
        }
    }

    boolean isDone() {
        return state.get() == DONE;
    }

    /** Gives the memory back for another group. */
    void free() throws IOException {
        staging.clear();
        state.set(FREE);
        if (failure != null) {
            throw new IOException("writing beside the journal failed: " + failure.getMessage(), failure);
        }
    }
}
