package io.headrace.engine.selector;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ChannelSelector;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.SelectorContext;
import io.headrace.frame.EventCursor;
import java.util.List;
import java.util.Map;

/** Sends every event to every channel of the source. Safe for any thread. */
final class ReplicatingSelector implements ChannelSelector {
    /** Settings. */
    record Settings(
            @Setting(
                    key = "optional",
                    doc = "Channels that get what they have room for, and hold up nobody; the others get all or"
                            + " nothing.")
            List<String> optional) {}

    private final Branch all;

    ReplicatingSelector(SelectorContext context) {
        List<Channel> optional = context.settings(Settings.class).optional().stream()
                .map(name -> context.channel("optional", name))
                .distinct()
                .toList();
        List<Channel> required = context.channels().stream()
                .filter(channel -> !optional.contains(channel))
                .toList();
        all = new Branch(0, required, optional);
    }

    @Override
    public List<Branch> branches() {
        return List.of(all);
    }

    @Override
    public Branch select(Map<String, String> shared) {
        return all;
    }

    @Override
    public Branch select(EventCursor event) {
        return all;
    }

    /** Registers the selector. */
    public static final class Provider implements ComponentProvider.OfSelector {
        @Override
        public String alias() {
            return "replicating";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.channel.ReplicatingChannelSelector");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "sends every event to every channel";
        }

        @Override
        public ChannelSelector create(SelectorContext context) {
            return new ReplicatingSelector(context);
        }
    }
}
