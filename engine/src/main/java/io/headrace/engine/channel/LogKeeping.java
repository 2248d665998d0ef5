package io.headrace.engine.channel;

import io.headrace.wal.CursorStart;
import io.headrace.wal.LogRetention;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a log keeps beside what its sinks have yet to take, and for how long.
 *
 * @param retention of segments that no cursor needs
 * @param cursors beside the sinks', made when the log is opened unless it has them
 * @param cursorExpiryMillis after which a cursor that no sink is on is dropped
 * @param inputExpiryMillis after which an input is forgotten that nobody has open and of which no cursor needs a frame
 */
public record LogKeeping(
        LogRetention retention, List<CursorStart> cursors, long cursorExpiryMillis, long inputExpiryMillis) {
    /** Nothing but what sinks need; inputs for 30 days. */
    public static final LogKeeping DEFAULT =
            new LogKeeping(LogRetention.NONE, List.of(), TimeUnit.DAYS.toMillis(7), TimeUnit.DAYS.toMillis(30));

    public LogKeeping {
        cursors = List.copyOf(cursors);
    }
}
