package io.headrace.transport.net;

import io.headrace.frame.FrameFile;
import io.headrace.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A process that sends a file (first argument) to a port of the loopback (second) and waits to be killed. */
final class KilledSender {
    private KilledSender() {}

    public static void main(String[] args) throws Exception {
        FileChannel bytes = FileChannel.open(Path.of(args[0]));
        EventLoops loops = new EventLoops(1);
        Channel channel = new Bootstrap()
                .group(loops.group())
                .channel(loops.socketChannel())
                .handler(new ChannelInboundHandlerAdapter())
                .connect(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1]))
                .sync()
                .channel();
        ChannelOutput output = ChannelOutput.abrupt(channel, true);
        long length = bytes.size();
        channel.eventLoop()
                .submit(() -> {
                    output.write(file(bytes), 0, length);
                    output.flush();
                })
                .sync();
        channel.closeFuture().sync();
        loops.close();
    }

    private static FrameFile file(FileChannel bytes) {
        return new FrameFile() {
            @Override
            public FileChannel channel() {
                return bytes;
            }

            @Override
            public void read(ByteBuffer into, long position) throws IOException {
                bytes.read(into, position);
            }

            @Override
            public void retain() {}

            @Override
            public void release() {}
        };
    }
}
