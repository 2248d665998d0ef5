package io.headrace.transport.net;

import io.headrace.frame.FrameFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;

/** Frames that the system sends from their file; holds a reference of the file until it has, or the socket is closed. */
final class FrameRegion extends DefaultFileRegion {
    /** Counts regions as they are, so that a slow peer finds the same limits as with buffers. */
    static final MessageSizeEstimator SIZES = () -> message -> {
        if (message instanceof FileRegion region) {
            return (int) Math.min(Integer.MAX_VALUE, region.count());
        } else if (message instanceof ByteBuf bytes) {
            return bytes.readableBytes();
        }
        return message instanceof ByteBufHolder holder ? holder.content().readableBytes() : 0;
    };

    private final FrameFile file;

    /** Takes over one reference of the file. */
    FrameRegion(FrameFile file, long offset, long length) {
        super(file.channel(), offset, length);
        this.file = file;
    }

    /** Not to close the channel, which others send from. */
    @Override
    protected void deallocate() {
        file.release();
    }
}
