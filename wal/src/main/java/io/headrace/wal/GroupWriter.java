package io.headrace.wal;

import org.agrona.concurrent.Agent;

/**
 * Writes whole groups beside the journal, so that the next is staged and on its way while one goes to the disk. Run
 * {@link #doWork()} on a thread of its own that is never interrupted (R1); it returns 0 when no group waits. What it does
 * not come to the journal writes by itself. Ended before the log is closed.
 */
public final class GroupWriter implements Agent {
    private final DirectAppender appender;
    private volatile Runnable waker = () -> {};
    private volatile Runnable listener = () -> {};
    private volatile boolean writing;

    GroupWriter(DirectAppender appender) {
        this.appender = appender;
    }

    /** Called by the journal's thread when a group waits; must not block. */
    public void onDemand(Runnable newWaker) {
        waker = newWaker;
    }

    /** Called by this one's thread when a group was written, or failed; must not block. */
    public void onWritten(Runnable newListener) {
        listener = newListener;
    }

    @Override
    public int doWork() {
        HandedGroup group = appender.claim();
        if (group == null) {
            return 0;
        }
        writing = true;
        group.write();
        // Before it looks for the next group, which whoever hands one over meanwhile relies on.
        writing = false;
        appender.wakeJournal();
        listener.run();
        return 1;
    }

    @Override
    public String roleName() {
        return "group-writer";
    }

    /** Whether it will look for another group without being woken. Any thread. */
    boolean isWriting() {
        return writing;
    }

    void wake() {
        waker.run();
    }
}
