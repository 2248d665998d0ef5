package io.headrace.engine.selector;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.SelectorContext;
import io.headrace.engine.spi.TurnSelector;
import java.util.ArrayList;
import java.util.List;

/**
 * Spreads frames over the channels of the source, each frame to one of them. Flume chooses for each event; here a frame
 * stays one, and the choice is the same again after a kill, as {@link TurnSelector} says. Safe for any thread.
 */
final class LoadBalancingSelector implements TurnSelector {
    /** How channels take turns. */
    enum Policy {
        /** Of as many turns in a row as there are channels, each channel has one. */
        ROUND_ROBIN,
        /** Each turn by lot. */
        RANDOM
    }

    /** Settings. */
    record Settings(
            @Setting(
                    key = "policy",
                    byDefault = "round_robin",
                    doc = "round_robin: the channels take turns; random: by lot.")
            Policy policy,

            @Setting(
                    key = "turnBytes",
                    byDefault = "65536",
                    unit = "bytes",
                    min = 1,
                    doc = "How much of a tailed file goes to one channel before the next one has its turn; a link's"
                            + " frames are a turn each.")
            long turnBytes) {}

    private final Settings settings;
    private final List<Branch> branches = new ArrayList<>();

    LoadBalancingSelector(SelectorContext context) {
        settings = context.settings(Settings.class);
        for (Channel channel : context.channels()) {
            branches.add(new Branch(branches.size(), List.of(channel), List.of()));
        }
    }

    @Override
    public List<Branch> branches() {
        return List.copyOf(branches);
    }

    @Override
    public long turnBytes() {
        return settings.turnBytes();
    }

    @Override
    public Branch select(long input, long turn) {
        int channels = branches.size();
        if (settings.policy() == Policy.RANDOM) {
            return branches.get((int) Long.remainderUnsigned(mix(input ^ mix(turn)), channels));
        }
        if (input == 0) {
            return branches.get((int) Long.remainderUnsigned(turn, channels));
        }
        // Another order in each round: a peer that has two connections sends every other frame here, and files of equal
        // length begin alike; neither is to meet the same channel always.
        long round = mix(input ^ mix(Long.divideUnsigned(turn, channels)));
        long place = Long.remainderUnsigned(turn, channels) + Long.remainderUnsigned(round, channels);
        return branches.get((int) (place % channels));
    }

    /** The finish of SplitMix64 (Steele, Lea and Flood, 2014, with Stafford's 13th constants). */
    private static long mix(long value) {
        long z = value + 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }

    /** Registers the selector. */
    public static final class Provider implements ComponentProvider.OfSelector {
        @Override
        public String alias() {
            return "load_balancing";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.channel.LoadBalancingChannelSelector");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "sends each frame to one of the channels, in turn";
        }

        @Override
        public ChannelSelector create(SelectorContext context) {
            return new LoadBalancingSelector(context);
        }
    }
}
