package io.headrace.engine.channel;

import io.headrace.wal.GroupWriter;

/** Runs one of a log's group writers. */
final class GroupWriting implements DutyCycle {
    private final String roleName;
    private final GroupWriter writer;

    GroupWriting(String channel, int number, GroupWriter writer) {
        this.roleName = "channel-" + channel + "-writer-" + number;
        this.writer = writer;
    }

    @Override
    public String roleName() {
        return roleName;
    }

    @Override
    public int doWork() {
        return writer.doWork();
    }

    /** It waits for groups, which the journal wakes it for; a core is too much for that. */
    @Override
    public boolean alwaysParks() {
        return true;
    }

    @Override
    public long nanosUntilDue() {
        return Long.MAX_VALUE;
    }
}
