package io.headrace.engine.flume;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Ledger;
import io.headrace.wal.StreamId;

/** A channel under another name. */
record NamedChannel(String name, Channel channel) implements Channel {
    @Override
    public StreamId streamId() {
        return channel.streamId();
    }

    @Override
    public long acknowledged() {
        return channel.acknowledged();
    }

    @Override
    public long safe() {
        return channel.safe();
    }

    @Override
    public long lowWater() {
        return channel.lowWater();
    }

    @Override
    public long size() {
        return channel.size();
    }

    @Override
    public boolean isDurable() {
        return channel.isDurable();
    }

    @Override
    public Throwable failure() {
        return channel.failure();
    }

    @Override
    public ChannelConsumer consumer(String sinkName) {
        return channel.consumer(sinkName);
    }

    @Override
    public Ledger ledger() {
        return channel.ledger();
    }
}
