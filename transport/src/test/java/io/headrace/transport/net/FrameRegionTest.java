package io.headrace.transport.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.frame.FrameFile;
import io.headrace.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long parts of a file that are sent keep hold of it (R17), over real sockets. */
class FrameRegionTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int LENGTH = 16 << 20;

    private final EventLoops loops = new EventLoops(1);
    private final AtomicInteger references = new AtomicInteger();

    @TempDir
    private Path folder;

    private ServerSocket listening;
    private Socket peer;
    private FileChannel bytes;
    private Channel channel;
    private ChannelOutput output;

    @BeforeEach
    void connect() throws Exception {
        Path path = Files.write(folder.resolve("segment"), new byte[LENGTH]);
        bytes = FileChannel.open(path);
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        channel = new Bootstrap()
                .group(loops.group())
                .channel(loops.socketChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(listening.getLocalSocketAddress())
                .sync()
                .channel();
        peer = listening.accept();
        output = ChannelOutput.abrupt(channel, true);
    }

    @AfterEach
    void close() throws Exception {
        channel.close().sync();
        peer.close();
        listening.close();
        bytes.close();
        loops.close();
    }

    private void sendAll() {
        references.incrementAndGet();
        channel.eventLoop().submit(() -> {
            output.write(file(), 0, LENGTH);
            output.flush();
        });
    }

    @Test
    void shouldHoldTheFileUntilAllIsSent_R17() throws Exception {
        sendAll();
        peer.getInputStream().readNBytes(1 << 20);
        assertThat(references).as("most is not sent").hasValue(1);
        peer.getInputStream().readNBytes(LENGTH - (1 << 20));
        await().atMost(LONG).until(() -> references.get() == 0);
    }

    @Test
    void shouldHoldTheFileUntilTheSocketIsClosed_R17() throws Exception {
        sendAll();
        peer.getInputStream().readNBytes(1 << 20);
        assertThat(references).as("most is not sent").hasValue(1);
        channel.close().sync();
        await().atMost(LONG).until(() -> references.get() == 0);
    }

    /** What the system has of a file that is used again must not reach the peer. */
    @Test
    void shouldLeaveNothingUnderWayWhenAborted_R17() throws Exception {
        sendAll();
        peer.getInputStream().readNBytes(1 << 20);
        channel.eventLoop().submit(output::abort).sync();
        channel.closeFuture().sync();
        assertThat(references).hasValue(0);
        assertThat(isReset(peer)).isTrue();
    }

    /** The next life of the process uses the file again, and knows of no connection of this one. */
    @Test
    void shouldLeaveNothingUnderWayWhenKilled_R17() throws Exception {
        Process sender = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledSender.class.getName(),
                        folder.resolve("segment").toString(),
                        Integer.toString(listening.getLocalPort()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("sender.log").toFile())
                .start();
        listening.setSoTimeout((int) LONG.multipliedBy(3).toMillis());
        try (Socket killed = listening.accept()) {
            killed.getInputStream().readNBytes(1 << 20);
            sender.destroyForcibly().waitFor();
            assertThat(isReset(killed)).isTrue();
        } finally {
            sender.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldEndInOrderWhenClosedWithNothingUnanswered() throws Exception {
        sendAll();
        peer.getInputStream().readNBytes(LENGTH);
        await().atMost(LONG).until(() -> references.get() == 0);
        channel.eventLoop().submit(output::close).sync();
        channel.closeFuture().sync();
        assertThat(isReset(peer)).isFalse();
    }

    private static boolean isReset(Socket peer) throws Exception {
        peer.setSoTimeout((int) LONG.toMillis());
        try {
            peer.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    private FrameFile file() {
        return new FrameFile() {
            @Override
            public FileChannel channel() {
                return bytes;
            }

            @Override
            public void read(ByteBuffer into, long position) {
                throw new UnsupportedOperationException("sent by the system");
            }

            @Override
            public void retain() {
                references.incrementAndGet();
            }

            @Override
            public void release() {
                references.decrementAndGet();
            }
        };
    }
}
