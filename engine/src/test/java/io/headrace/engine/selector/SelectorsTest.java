package io.headrace.engine.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.Frames;
import io.headrace.engine.TestContext;
import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelEnvironment;
import io.headrace.engine.channel.ChannelFactory;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.engine.channel.ThreadDutyRunner;
import io.headrace.engine.channel.WaitStrategyKind;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ChannelSelector.Branch;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.wal.FileStorage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelectorsTest {
    private ManagedChannel c1;
    private ManagedChannel c2;
    private ManagedChannel c3;

    @BeforeEach
    void open() throws IOException {
        c1 = channel("c1");
        c2 = channel("c2");
        c3 = channel("c3");
    }

    @AfterEach
    void close() {
        c1.close();
        c2.close();
        c3.close();
    }

    @Test
    void shouldReplicateToAllChannels() {
        ChannelSelector selector = create("replicating", Map.of());

        assertThat(selector.branches()).containsExactly(new Branch(0, List.of(c1, c2, c3), List.of()));
        assertThat(selector.select(Map.of("a", "b")))
                .isSameAs(selector.branches().get(0));
    }

    @Test
    void shouldReplicateToOptionalChannelsAsFarAsTheyHaveRoom() {
        ChannelSelector selector = create("replicating", Map.of("optional", "c3 c1"));

        assertThat(selector.branches()).containsExactly(new Branch(0, List.of(c2), List.of(c3, c1)));
    }

    @Test
    void shouldMultiplexByHeader() {
        ChannelSelector selector = create(
                "multiplexing", Map.of("header", "state", "mapping.CZ", "c1", "mapping.US", "c1 c2", "default", "c3"));

        assertThat(required(selector.select(Map.of("state", "CZ")))).containsExactly(c1);
        assertThat(required(selector.select(Map.of("state", "US")))).containsExactly(c1, c2);
        assertThat(required(selector.select(Map.of("state", "DE")))).containsExactly(c3);
        assertThat(required(selector.select(Map.of("state", "  ")))).containsExactly(c3);
        assertThat(required(selector.select(Map.of()))).containsExactly(c3);
    }

    @Test
    void shouldReadTheHeaderOfFlumeUnlessToldOtherwise() {
        ChannelSelector selector = create("multiplexing", Map.of("mapping.x", "c1", "default", "c2"));

        assertThat(required(selector.select(Map.of("flume.selector.header", "x"))))
                .containsExactly(c1);
    }

    @Test
    void shouldLookAtAnEventsOwnHeaderFirst() {
        ChannelSelector selector =
                create("multiplexing", Map.of("header", "s", "mapping.a", "c1", "mapping.b", "c2", "default", "c3"));
        Frame frame = Frames.of(Map.of("s", "a"), Map.of("s", "b"), new byte[1]);
        EventCursor cursor = new EventCursor().wrap(frame);
        cursor.next();

        assertThat(required(selector.select(cursor))).containsExactly(c2);

        frame.release();
    }

    @Test
    void shouldAddOptionalChannelsOfAValue() {
        ChannelSelector selector = create(
                "multiplexing",
                Map.of("header", "s", "mapping.a", "c1", "default", "c2", "optional.a", "c1 c3", "optional.b", "c3"));

        assertThat(selector.select(Map.of("s", "a")).required()).containsExactly(c1);
        assertThat(selector.select(Map.of("s", "a")).optional()).containsExactly(c3);
        assertThat(selector.select(Map.of("s", "b")).required()).containsExactly(c2);
        assertThat(selector.select(Map.of("s", "b")).optional()).containsExactly(c3);
        assertThat(selector.select(Map.of("s", "c")).optional()).isEmpty();
    }

    @Test
    void shouldShareABranchBetweenValuesThatLeadToTheSameChannels() {
        ChannelSelector selector =
                create("multiplexing", Map.of("header", "s", "mapping.a", "c1", "mapping.b", "c1", "default", "c1"));

        assertThat(selector.branches()).hasSize(1);
        for (int i = 0; i < selector.branches().size(); i++) {
            assertThat(selector.branches().get(i).index()).isEqualTo(i);
        }
    }

    @Test
    void shouldNameAChannelThatTheSourceDoesNotHave() {
        assertThatThrownBy(() -> create("multiplexing", Map.of("mapping.a", "c9")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("a1.sources.r1.selector.mapping.a: c9: no channel of this source (did you mean c1?)");
    }

    /** Its events would go nowhere, and nobody would know. */
    @Test
    void shouldRefuseAMappingToNoChannel() {
        assertThatThrownBy(() -> create("multiplexing", Map.of("mapping.a", " ", "mapping.b", "c1")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("selector.mapping.a: empty (expected: names of channels)");
    }

    @Test
    void shouldAskForAMapping() {
        assertThatThrownBy(() -> create("multiplexing", Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("selector.mapping.VALUE: missing (expected: at least one mapping or selector.default)");
    }

    private ChannelSelector create(String type, Map<String, String> settings) {
        return ComponentRegistry.load()
                .find(ComponentProvider.OfSelector.class, type)
                .create(new TestContext(settings, c1, c2, c3));
    }

    private static List<Channel> required(Branch branch) {
        return branch.required();
    }

    private static ManagedChannel channel(String name) throws IOException {
        return ChannelFactory.open(
                ChannelSettings.memory(name, 100),
                new ChannelEnvironment(
                        new FileStorage(),
                        System::nanoTime,
                        System::currentTimeMillis,
                        () -> 1,
                        new MetricGroup(GroupType.CHANNEL, name),
                        new ThreadDutyRunner(Thread::new, WaitStrategyKind.BLOCKING),
                        failure -> {}));
    }
}
