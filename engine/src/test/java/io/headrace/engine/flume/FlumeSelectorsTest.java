package io.headrace.engine.flume;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.TestContext;
import io.headrace.engine.channel.Channel;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ChannelSelector.Branch;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.TurnSelector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Flume's tests of its channel selectors ask for, in its own configurations. */
class FlumeSelectorsTest {
    private static final Map<String, String> OPTIONAL = Map.of(
            "header", "myheader", "optional.foo", "ch2 ch3", "optional.xyz", "ch1 ch3", "optional.zebra", "ch1 ch2");

    private static final Map<String, String> MAPPING =
            Map.of("mapping.foo", "ch1 ch2", "mapping.bar", "ch2 ch3", "mapping.xyz", "ch1 ch2 ch3");

    private final List<RealChannel> open = new ArrayList<>();

    @BeforeEach
    void openChannels() throws IOException {
        for (int i = 0; i < 4; i++) {
            open.add(RealChannel.memory());
        }
    }

    @AfterEach
    void closeChannels() {
        open.forEach(RealChannel::close);
    }

    /** A selector of the first channels, named as Flume's tests name them. */
    @SafeVarargs
    private ChannelSelector create(String type, int channels, Map<String, String>... settings) {
        Map<String, String> all = new HashMap<>();
        for (Map<String, String> some : settings) {
            all.putAll(some);
        }
        Channel[] named = new Channel[channels];
        for (int i = 0; i < channels; i++) {
            named[i] = new NamedChannel("ch" + (i + 1), open.get(i).channel);
        }
        return ComponentRegistry.load()
                .get(ComponentProvider.OfSelector.class, type)
                .create(new TestContext(all, named));
    }

    private static void assertBranch(ChannelSelector selector, String value, String required, String optional) {
        Branch branch = selector.select(value == null ? Map.of() : Map.of("myheader", value));
        assertThat(names(branch.required())).as("required of %s", value).isEqualTo(required);
        assertThat(names(branch.optional())).as("optional of %s", value).isEqualTo(optional);
    }

    private static String names(List<Channel> channels) {
        return String.join(" ", channels.stream().map(Channel::name).toList());
    }

    @Test
    void shouldReplicateToAllInOrder() {
        assertBranch(create("replicating", 4), "any", "ch1 ch2 ch3 ch4", "");
    }

    @Test
    void shouldTakeAnOptionalChannelOutOfTheRequiredOnes() {
        assertBranch(create("replicating", 4, Map.of("optional", "ch1")), "any", "ch2 ch3 ch4", "ch1");
    }

    @Test
    void shouldTakeSeveralOptionalChannels() {
        assertBranch(create("replicating", 4, Map.of("optional", "ch1 ch4")), "any", "ch2 ch3", "ch1 ch4");
    }

    @Test
    void shouldTakeAnOptionalChannelOnceThoughItIsNamedTwice() {
        assertBranch(create("replicating", 4, Map.of("optional", "ch1 ch4 ch1")), "any", "ch2 ch3", "ch1 ch4");
    }

    @Test
    void shouldSendWhereTheValuePoints() {
        ChannelSelector selector = create("multiplexing", 3, OPTIONAL, MAPPING, Map.of("default", "ch1 ch3"));
        assertBranch(selector, "foo", "ch1 ch2", "ch3");
        assertBranch(selector, "bar", "ch2 ch3", "");
        assertBranch(selector, "xyz", "ch1 ch2 ch3", "");
    }

    @Test
    void shouldSendToTheDefaultWhereNoValuePoints() {
        ChannelSelector selector = create("multiplexing", 3, OPTIONAL, MAPPING, Map.of("default", "ch1 ch3"));
        assertBranch(selector, null, "ch1 ch3", "");
        assertBranch(selector, "bar1", "ch1 ch3", "");
        assertBranch(selector, "zebra", "ch1 ch3", "ch2");
        Branch otherHeader = selector.select(Map.of("someheader", "foo"));
        assertThat(names(otherHeader.required())).isEqualTo("ch1 ch3");
        assertThat(otherHeader.optional()).isEmpty();
    }

    @Test
    void shouldDoWithoutADefault() {
        ChannelSelector selector = create(
                "multiplexing", 3, OPTIONAL, MAPPING, Map.of("mapping.zebra", "ch2", "optional.zebra", "ch1 ch3"));
        assertBranch(selector, "foo", "ch1 ch2", "ch3");
        assertBranch(selector, "bar", "ch2 ch3", "");
        assertBranch(selector, "xyz", "ch1 ch2 ch3", "");
        assertBranch(selector, "zebra", "ch2", "ch1 ch3");
        assertBranch(selector, "none", "", "");
    }

    @Test
    void shouldDoWithoutAMapping() {
        ChannelSelector selector = create(
                "multiplexing",
                3,
                Map.of("header", "myheader", "default", "ch3", "optional.foo", "ch1 ch2", "optional.zebra", "ch2 ch3"));
        assertBranch(selector, "foo", "ch3", "ch1 ch2");
        assertBranch(selector, "zebra", "ch3", "ch2");
    }

    @Test
    void shouldDoWithOptionalChannelsOnly() {
        ChannelSelector selector = create(
                "multiplexing",
                3,
                Map.of("header", "myheader", "optional.foo", "ch1 ch2", "optional.zebra", "ch2 ch3"));
        assertBranch(selector, "foo", "", "ch1 ch2");
        assertBranch(selector, "zebra", "", "ch2 ch3");
    }

    /** Flume gives a turn to each event; here it is each frame of what cannot come again. */
    @Test
    void shouldGiveEachChannelItsTurn() {
        TurnSelector selector = (TurnSelector) create("load_balancing", 4);
        for (int turn = 0; turn < 12; turn++) {
            Branch branch = selector.select(0, turn);
            assertThat(names(branch.required())).isEqualTo("ch" + (turn % 4 + 1));
            assertThat(branch.optional()).isEmpty();
        }
    }
}
