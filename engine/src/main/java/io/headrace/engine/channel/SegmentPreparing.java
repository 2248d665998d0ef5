package io.headrace.engine.channel;

import io.headrace.wal.SegmentPreparer;

/** Runs a log's preparer, and tells the journal when it waits for a segment. */
final class SegmentPreparing implements DutyCycle {
    private final DualChannel channel;
    private final SegmentPreparer preparer;

    SegmentPreparing(DualChannel channel, SegmentPreparer preparer) {
        this.channel = channel;
        this.preparer = preparer;
    }

    @Override
    public String roleName() {
        return "channel-" + channel.name() + "-preparer";
    }

    @Override
    public int doWork() {
        int work = preparer.doWork();
        if (work > 0 && channel.admission().isLogBlocked()) {
            channel.wakeJournal();
        }
        return work;
    }

    @Override
    public long nanosUntilDue() {
        long nanos = preparer.nanosToNextWork();
        return nanos < 0 ? Long.MAX_VALUE : nanos;
    }
}
