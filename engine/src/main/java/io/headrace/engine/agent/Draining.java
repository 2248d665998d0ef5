package io.headrace.engine.agent;

import io.headrace.engine.channel.ManagedChannel;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What sinks took while the agent stopped, and what is left, channel by channel. Owned by the supervisor's thread. */
final class Draining {
    private static final Logger LOG = LoggerFactory.getLogger(Draining.class);

    private final Map<String, Long> deliveredBefore = new LinkedHashMap<>();
    private long left;

    /** The sources have stopped. */
    void begin(Collection<ChannelPart> channels) {
        for (ChannelPart part : channels) {
            ManagedChannel channel = part.channel();
            if (channel != null) {
                deliveredBefore.put(channel.name(), channel.ledger().delivered());
                left += channel.size();
            }
        }
    }

    /** Events in all channels when the sources had stopped. */
    long left() {
        return left;
    }

    /** The sinks have stopped. */
    void end(Collection<ChannelPart> channels) {
        for (ChannelPart part : channels) {
            ManagedChannel channel = part.channel();
            if (channel == null) {
                continue;
            }
            long delivered = channel.ledger().delivered() - deliveredBefore.getOrDefault(channel.name(), 0L);
            long remaining = channel.size();
            if (delivered > 0 || remaining > 0) {
                LOG.info(
                        "{}: {} events delivered while the agent stopped, {} left{}",
                        part.title(),
                        delivered,
                        remaining,
                        remaining == 0 || channel.recovery() == null ? "" : " for the next start");
            }
        }
    }
}
