package io.headrace.transport.link;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameDecoder;
import io.headrace.frame.FrameException;
import io.netty.buffer.ByteBuf;
import java.io.UncheckedIOException;

/** R18: looks at a sender's own copy of a frame that the receiver found damaged. Owned by the sender's thread. */
final class OwnCopy {
    private final FrameDecoder verifier = new FrameDecoder(Integer.MAX_VALUE);

    boolean isDamaged(Frame frame) {
        if (frame.file() != null) {
            return isDamagedInFile(frame);
        }
        ByteBuf copy = frame.retainedBuf();
        try {
            verifier.decode(copy, copy.readableBytes()).release();
            return false;
        } catch (FrameException e) {
            copy.release();
            return true;
        }
    }

    /** Nobody has looked at it since it was written. */
    private static boolean isDamagedInFile(Frame frame) {
        try {
            frame.readBack().release();
            return false;
        } catch (FrameException | UncheckedIOException e) {
            return true;
        }
    }
}
