package io.headrace.frame;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A file in which frames stand as they go over the wire, so that the system can send them from there. While somebody
 * holds a reference, nothing that was written there changes: the file is neither used again nor shortened (R17). Safe for
 * any thread; the last {@link #release()} closes {@link #channel()}.
 */
public interface FrameFile {
    /** Open for reading by positions. Never closed by others, nor used by a thread that may be interrupted (R1). */
    FileChannel channel();

    /** Fills {@code into} from a position on. */
    void read(ByteBuffer into, long position) throws IOException;

    /** Takes a reference more; to be called only by who holds one, or a frame that stands here. */
    void retain();

    /** Gives a reference back. */
    void release();
}
