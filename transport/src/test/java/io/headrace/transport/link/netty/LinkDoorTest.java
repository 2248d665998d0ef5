package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.config.SettingsBinder;
import io.headrace.transport.EventLoops;
import io.headrace.transport.tls.TestCertificates;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which handlers a connection has, in which order. */
class LinkDoorTest {
    private final EventLoops loops = EventLoops.open();

    @AfterEach
    void close() {
        loops.close();
    }

    @Test
    void shouldTakeTurnsBeforeTheReceiverWhenThereIsOneProcessor() throws Exception {
        assertThat(handlers(1)).containsExactly(FirstBytes.class, TakingTurns.class, LinkReceiverHandler.class);
    }

    @Test
    void shouldTakeNoTurnsWhenThereAreTwo() throws Exception {
        assertThat(handlers(2)).containsExactly(FirstBytes.class, LinkReceiverHandler.class);
    }

    @Test
    void shouldTakeTurnsBehindTlsWhenThereIsOneProcessor(@TempDir Path folder) throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        Path keys = certificates.keyStore("server.p12", certificates.authority("CN=server"));

        assertThat(handlers(
                        1,
                        Map.of(
                                "ssl",
                                "true",
                                "keystore",
                                keys.toString(),
                                "keystore-password",
                                TestCertificates.PASSWORD)))
                .containsSubsequence(SslHandler.class, TakingTurns.class, LinkReceiverHandler.class);
    }

    private List<Class<?>> handlers(int processors) throws Exception {
        return handlers(processors, Map.of());
    }

    private List<Class<?>> handlers(int processors, Map<String, String> more) throws Exception {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("bind", "localhost");
        settings.put("port", "0");
        TestContext context = TestContext.source(loops, null, Map.of());
        LinkSourceSecurity security =
                SettingsBinder.bind(LinkSourceSettings.class, settings).security();
        EmbeddedChannel channel = new EmbeddedChannel();
        try (LinkDoor door = new LinkDoor(security, context, loops, processors, 1_000)) {
            door.open(channel, new LinkReceiverHandler(null));
            return List.copyOf(channel.pipeline().toMap().values().stream()
                    .<Class<?>>map(Object::getClass)
                    .toList());
        } finally {
            channel.pipeline().removeLast();
            channel.finishAndReleaseAll();
        }
    }
}
