package io.headrace.engine.channel;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.wal.CursorStart;
import io.headrace.wal.StreamId;

/**
 * The buffer between sources and sinks; gives every frame its sequence. Sources reach it through a {@link
 * ChannelProcessor}, sinks through a {@link ChannelConsumer}. All methods are safe for any thread.
 *
 * <p>Milestones are sequences: everything up to and including one has reached it.
 */
public interface Channel {
    String name();

    /** Names the log, or this life of a channel without one. */
    StreamId streamId();

    /** Puts complete and frames may be leased up to here. */
    long acknowledged();

    /** Everything up to here is acknowledged and on disk, or committed: a source may forget it. */
    long safe();

    /** Everything up to here is committed. */
    long lowWater();

    /** Events put and neither committed nor dropped. */
    long size();

    /** Whether frames survive a kill of the process once acknowledged. */
    boolean isDurable();

    /** Why the channel failed, or null while it works. */
    Throwable failure();

    /** The consumer of a sink, by its name; the same object each time while the channel is open. */
    ChannelConsumer consumer(String sinkName);

    /**
     * The consumer of a sink that takes from a named cursor, not from the sinks' own.
     *
     * @throws io.headrace.engine.config.ConfigurationException when the channel has no such cursor
     */
    default ChannelConsumer consumer(String sinkName, String cursor) {
        if (cursor.equals(CursorStart.SINKS)) {
            return consumer(sinkName);
        }
        throw new ConfigurationException(
                "cursor: " + cursor + " (expected: none, channel " + name() + " has no cursors)");
    }

    /** The conservation ledger as it stands. */
    Ledger ledger();
}
