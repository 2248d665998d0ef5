package io.headrace.engine.channel;

import io.headrace.wal.WriteAheadLog;
import java.io.IOException;

/** Whether a channel's log has room: for one more frame in the group, and on the disk. Owned by the journal's thread. */
final class LogRoom {
    private static final int MAX_FRAMES = 1_024;

    private final WriteAheadLog log;
    private final LogSync sync;
    private final Admission admission;
    private boolean blocked;

    LogRoom(WriteAheadLog log, LogSync sync, Admission admission) {
        this.log = log;
        this.sync = sync;
        this.admission = admission;
    }

    /** A group always takes its first frame, however large that is. */
    boolean groupTakesMore(int taken) {
        return taken < MAX_FRAMES && !log.groupIsFull();
    }

    /** Whether the log refused a frame when it was offered one last. */
    boolean isBlocked() {
        return blocked;
    }

    /** The log took or refused frames; producers are told why they have to wait. */
    void blocked(boolean refused) {
        blocked = refused;
        admission.logBlocked(refused);
    }

    /** Why the log takes nothing although it should, when that is for want of space; or null. */
    String whyFull() {
        return blocked ? log.preparer().waitingFor() : null;
    }

    /**
     * On a full disk the log can go on only in segments that it lets go, and those must be followed by something durable: where
     * syncs are not due, or never, one is made for that.
     */
    void syncWhatIsFull() throws IOException {
        if (whyFull() != null && log.durable() < log.written()) {
            sync.sync();
        }
    }
}
