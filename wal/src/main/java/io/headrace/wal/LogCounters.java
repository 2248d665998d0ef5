package io.headrace.wal;

/**
 * What a log has written since it was opened; written by the journal thread, read by any. Frames and bytes a sync are
 * the sizes of the commit groups.
 */
public final class LogCounters {
    private final Milestone groups = new Milestone();
    private final Milestone syncs = new Milestone();
    private final Milestone frames = new Milestone();
    private final Milestone bytes = new Milestone();
    private final Milestone copied = new Milestone();
    private final Milestone checkpoints = new Milestone();
    private final Milestone segments = new Milestone();

    LogCounters() {}

    /** Groups written. */
    public long groups() {
        return groups.get();
    }

    /** Syncs that made something durable. */
    public long syncs() {
        return syncs.get();
    }

    /** Frames written. */
    public long frames() {
        return frames.get();
    }

    /** Bytes of frames written, with padding. */
    public long bytes() {
        return bytes.get();
    }

    /** Bytes of frames that were copied in memory on their way to the file. */
    public long bytesCopied() {
        return copied.get();
    }

    /** Checkpoints written. */
    public long checkpoints() {
        return checkpoints.get();
    }

    /** Segments begun. */
    public long segments() {
        return segments.get();
    }

    void group(int groupFrames, long groupBytes) {
        groups.add(1);
        frames.add(groupFrames);
        bytes.add(groupBytes);
    }

    void copied(long frameBytes) {
        copied.add(frameBytes);
    }

    void sync() {
        syncs.add(1);
    }

    void checkpoint() {
        checkpoints.add(1);
    }

    void segment() {
        segments.add(1);
    }

    Milestone bytesMilestone() {
        return bytes;
    }
}
