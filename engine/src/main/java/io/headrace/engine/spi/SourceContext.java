package io.headrace.engine.spi;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;

/** What a source is given when it is made. */
public interface SourceContext extends ComponentContext {
    /** Where the source puts its frames. */
    ChannelProcessor processor();

    /**
     * A builder of frames for the source's channels, owned by one thread. Its frames end at {@code maxEvents} events or at
     * the {@code frameBytes} of the channels.
     */
    default FrameBuilder newFrameBuilder(int maxEvents) {
        FrameLimits limits = new FrameLimits(maxEvents, processor().frameBytes(), FrameLimits.DEFAULT.maxEventBytes());
        return new FrameBuilder(FramePool.shared(), limits);
    }
}
