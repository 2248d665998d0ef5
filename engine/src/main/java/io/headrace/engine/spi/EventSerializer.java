package io.headrace.engine.spi;

import io.headrace.frame.EventCursor;
import java.nio.ByteBuffer;

/** Writes events as they stand in a file. Made for one sink and owned by its thread. */
public interface EventSerializer {
    /** Upper bound of the bytes that {@link #write} needs for the event under the cursor. */
    int maxLength(EventCursor event);

    /** Appends the event under the cursor to {@code out}, which has room for {@link #maxLength} bytes. */
    void write(EventCursor event, ByteBuffer out);

    /** Bytes at the beginning of each file. */
    default byte[] header() {
        return new byte[0];
    }
}
