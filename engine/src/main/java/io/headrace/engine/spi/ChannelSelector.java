package io.headrace.engine.spi;

import io.headrace.engine.channel.Channel;
import io.headrace.frame.EventCursor;
import java.util.List;
import java.util.Map;

/** Chooses the channels of events. Safe for any thread. */
public interface ChannelSelector {
    /** Where events go: all of {@code required} or none, and {@code optional} as far as they have room. */
    record Branch(int index, List<Channel> required, List<Channel> optional) {}

    /** All branches that this selector can choose, by index. */
    List<Branch> branches();

    /** Whether the choice is the same for all events of a frame whose events have no headers of their own. */
    default boolean dependsOnSharedHeadersOnly(Map<String, String> shared) {
        return true;
    }

    /** The branch of a frame in which every event has exactly these headers. */
    Branch select(Map<String, String> shared);

    /** The branch of the event under the cursor. */
    Branch select(EventCursor event);
}
