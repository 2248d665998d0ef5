package io.headrace.engine.config;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Ledger;
import io.headrace.wal.StreamId;

/**
 * A channel of which only the name is known, for a selector that is made while it is not open. Whatever else it is asked
 * for, it refuses.
 */
public record NamedChannel(String name) implements Channel {
    @Override
    public StreamId streamId() {
        throw onlyNamed();
    }

    @Override
    public long acknowledged() {
        throw onlyNamed();
    }

    @Override
    public long safe() {
        throw onlyNamed();
    }

    @Override
    public long lowWater() {
        throw onlyNamed();
    }

    @Override
    public long size() {
        throw onlyNamed();
    }

    @Override
    public boolean isDurable() {
        throw onlyNamed();
    }

    @Override
    public Throwable failure() {
        throw onlyNamed();
    }

    @Override
    public ChannelConsumer consumer(String sinkName) {
        throw onlyNamed();
    }

    @Override
    public Ledger ledger() {
        throw onlyNamed();
    }

    private IllegalStateException onlyNamed() {
        return new IllegalStateException("channel " + name + ": not open (expected: only its name is used)");
    }
}
