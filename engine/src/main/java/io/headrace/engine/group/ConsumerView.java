package io.headrace.engine.group;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.wal.StreamId;

/** What a consumer of a group says of the channel. Safe for any thread. */
interface ConsumerView {
    StreamId streamId();

    long lowWater();

    boolean keepsTokens();

    /** The channel's own word. */
    record OfChannel(ChannelConsumer base) implements ConsumerView {
        @Override
        public StreamId streamId() {
            return base.streamId();
        }

        @Override
        public long lowWater() {
            return base.lowWater();
        }

        @Override
        public boolean keepsTokens() {
            return base.keepsTokens();
        }
    }
}
