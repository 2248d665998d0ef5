package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.config.SettingsBinder;
import io.headrace.transport.EventLoops;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

    private List<Class<?>> handlers(int processors) throws Exception {
        TestContext context = TestContext.source(loops, null, Map.of());
        LinkSourceSecurity security = SettingsBinder.bind(
                        LinkSourceSettings.class, Map.of("bind", "localhost", "port", "0"))
                .security();
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
