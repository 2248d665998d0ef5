package io.headrace.wal;

import org.agrona.concurrent.Agent;

/**
 * Keeps the next segments ready ahead of need: filled with zeros, synced, named, the folder synced, paced so that the
 * journal's syncs don't suffer; recycles released ones and shortens surplus in steps before it unlinks.
 */
public final class SegmentPreparer implements Agent {
    SegmentPreparer() {}

    @Override
    public int doWork() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String roleName() {
        return "segment-preparer";
    }
}
