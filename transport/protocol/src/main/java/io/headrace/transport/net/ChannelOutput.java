package io.headrace.transport.net;

import io.headrace.frame.FrameFile;
import io.headrace.transport.link.LinkOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/** A Netty channel as a state machine's way out. Used on the channel's event loop. */
public final class ChannelOutput implements LinkOutput {
    /** How long a peer may take to read the last word. */
    public static final long LINGER_MILLIS = 2_000;

    private final Channel channel;
    private final boolean lingers;
    private final boolean sendfile;
    private boolean filesSent;
    private boolean closing;

    private ChannelOutput(Channel channel, boolean lingers, boolean sendfile) {
        this.channel = channel;
        this.lingers = lingers;
        this.sendfile = sendfile;
    }

    /**
     * Of a receiver: closing sends what is queued and the end of the stream, then waits a moment for the peer to close.
     * Closing while its bytes are unread would reset the connection, and a REJECT under way would be lost with it.
     */
    public static ChannelOutput lingering(Channel channel) {
        return new ChannelOutput(channel, true, false);
    }

    /**
     * Of a sender: closing drops what is not written, because it will be sent again.
     *
     * @param sendfile whether parts of files may be sent as such
     */
    public static ChannelOutput abrupt(Channel channel, boolean sendfile) {
        return new ChannelOutput(channel, false, sendfile);
    }

    @Override
    public ByteBufAllocator allocator() {
        return channel.alloc();
    }

    @Override
    public void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    @Override
    public boolean sendsFiles() {
        return sendfile && channel.pipeline().get(SslHandler.class) == null;
    }

    @Override
    public void write(FrameFile file, long offset, long length) {
        if (!filesSent) {
            filesSent = true;
            // However it ends, also with its process, unless in order: the system goes on sending pages otherwise.
            setLinger(0);
        }
        channel.write(new FrameRegion(file, offset, length), channel.voidPromise());
    }

    @Override
    public void abort() {
        if (filesSent && !closing) {
            closing = true;
            channel.close();
        } else {
            close();
        }
    }

    private void setLinger(int seconds) {
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, seconds);
        }
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public long unsent() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes() - queue.currentProgress();
    }

    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        if (filesSent) {
            setLinger(-1);
        }
        if (!lingers || !channel.isActive()) {
            channel.close();
            return;
        }
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
                endOfStream(duplex);
            } else {
                channel.close();
            }
        });
        channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void endOfStream(DuplexChannel duplex) {
        SslHandler tls = duplex.pipeline().get(SslHandler.class);
        if (tls == null) {
            duplex.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(told -> duplex.shutdownOutput());
        }
    }
}
