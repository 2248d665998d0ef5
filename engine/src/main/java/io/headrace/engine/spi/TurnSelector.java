package io.headrace.engine.spi;

import io.headrace.frame.EventCursor;
import java.util.Map;

/**
 * A selector that gives its channels turns, whatever is in the events. The turn of a frame follows from where the frame
 * stands in its input and from nothing else, so that a frame that comes again after a kill goes where it went before:
 * only that channel knows whether it has it. Safe for any thread.
 *
 * <ul>
 *   <li>A file: each {@link #turnBytes()} bytes are a turn. An event belongs to the turn in which it begins, and sources
 *       end a frame before an event of another turn ({@link io.headrace.engine.channel.SourceInput#turnAbove}).
 *   <li>A link: each sequence of the sender is a turn; a frame comes again under its sequence.
 *   <li>What cannot come again: each frame is a turn, counted from the source's start.
 * </ul>
 */
public interface TurnSelector extends ChannelSelector {
    /** Bytes of an ordered input that are one turn; at least 1. */
    long turnBytes();

    /**
     * The branch of a turn; the same for the same arguments in every life of the agent.
     *
     * @param input hash of what names the input; 0 where nothing does
     * @param turn from 0
     */
    Branch select(long input, long turn);

    @Override
    default Branch select(Map<String, String> shared) {
        throw byTurn();
    }

    @Override
    default Branch select(EventCursor event) {
        throw byTurn();
    }

    private static UnsupportedOperationException byTurn() {
        return new UnsupportedOperationException("selection by content (expected: by turn)");
    }
}
