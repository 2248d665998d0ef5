package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.ModelSink;
import io.headrace.transport.net.ChannelOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What strangers get from a source, and how connections end. */
class LinkSocketTest {
    private final EventLoops loops = new EventLoops(2);
    private final TestContext context = TestContext.source(
            loops,
            new ModelSink(Long.MAX_VALUE),
            Map.of("bind", "127.0.0.1", "port", "0", "handshake-timeout", "300", "maxConnections", "3"));
    private final LinkSource source = new LinkSource(context);

    @BeforeEach
    void start() throws Exception {
        source.start();
    }

    @AfterEach
    void stop() {
        source.stop();
        loops.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", source.address().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Test
    void shouldTellWhoSpeaksSomethingElse_R19() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readAllBytes();
            assertThat(answer[4]).as("REJECT").isEqualTo((byte) 5);
            assertThat(new String(answer, StandardCharsets.UTF_8)).contains("message type: 47 (expected: 1 to 8)");
        }
    }

    @Test
    void shouldCloseWhoSaysNothing_R19() throws Exception {
        try (Socket socket = connect()) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void shouldCloseConnectionsBeyondTheLimit() throws Exception {
        try (Socket one = connect();
                Socket two = connect();
                Socket three = connect();
                Socket four = connect()) {
            assertThat(four.getInputStream().read()).isEqualTo(-1);
            assertThat(one.isConnected() && two.isConnected() && three.isConnected())
                    .isTrue();
        }
    }

    @Test
    void shouldSendWhatIsQueuedBeforeALingeringClose() {
        EmbeddedChannel channel = new EmbeddedChannel();
        ChannelOutput output = ChannelOutput.lingering(channel);
        output.write(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
        output.close();
        ByteBuf sent = channel.readOutbound();
        assertThat(sent.readableBytes()).isEqualTo(3);
        assertThat(channel.isOpen()).isFalse();
        sent.release();
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldDropWhatIsQueuedInAnAbruptClose() {
        EmbeddedChannel channel = new EmbeddedChannel();
        ChannelOutput output = ChannelOutput.abrupt(channel, false);
        ByteBuf queued = Unpooled.directBuffer().writeLong(1);
        output.write(queued);
        output.close();
        assertThat(channel.isOpen()).isFalse();
        assertThat(queued.refCnt()).isZero();
        assertThat(channel.outboundMessages()).isEmpty();
    }

    @Test
    void shouldBeFoundByTheTypeLink() {
        ComponentRegistry registry = ComponentRegistry.load();
        assertThat(registry.find(ComponentProvider.OfSource.class, "link")).isInstanceOf(LinkSourceProvider.class);
        assertThat(registry.find(ComponentProvider.OfSink.class, "LINK")).isInstanceOf(LinkSinkProvider.class);
    }
}
