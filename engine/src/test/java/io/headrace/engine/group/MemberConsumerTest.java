package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.spi.SinkProcessor;
import io.headrace.wal.StreamId;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a sink of a group and its channel say to each other passes the group. */
class MemberConsumerTest {
    private final List<Object> leftInFile = new ArrayList<>();
    private boolean failed;

    private final ChannelConsumer base = (ChannelConsumer) Proxy.newProxyInstance(
            ChannelConsumer.class.getClassLoader(),
            new Class<?>[] {ChannelConsumer.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "isFailed" -> failed;
                case "leaveInFile" -> leftInFile.add(arguments[0]) ? null : null;
                case "streamId" -> new StreamId(1, 2);
                case "setListener" -> null;
                default -> throw new UnsupportedOperationException(method.getName());
            });

    private ChannelConsumer join(Map<String, String> settings) {
        GroupContext context = new GroupContext(settings);
        SinkGroup group =
                new SinkGroup("g1", GroupRig.NAMES, context.metrics, context.nanoClock(), context.epochClock());
        SinkProcessor processor = new LoadBalanceProcessor(context);
        group.open(processor, GroupRig.UNHEARD);
        return group.members().get(0).join(this, name -> base);
    }

    @Test
    void shouldTellThatTheChannelHasFailed() {
        for (String selector : List.of("round_robin", "hash")) {
            failed = false;
            ChannelConsumer consumer = join(Map.of("selector", selector));
            assertThat(consumer.isFailed()).as(selector).isFalse();
            failed = true;
            assertThat(consumer.isFailed()).as(selector).isTrue();
        }
    }

    @Test
    void shouldLeaveFramesInTheLogForASinkThatSendsThemFromThere() {
        join(Map.of()).leaveInFile(true);
        assertThat(leftInFile).containsExactly(true);
    }

    @Test
    void shouldHaveFramesReadThatAreSplit() {
        join(Map.of("selector", "hash")).leaveInFile(true);
        assertThat(leftInFile).isEmpty();
    }
}
