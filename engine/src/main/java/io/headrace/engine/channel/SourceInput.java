package io.headrace.engine.channel;

import io.headrace.wal.InputKey;

/**
 * One input of a source, open in all channels behind it. Owned by one thread at a time, which makes check, publish and
 * mark one step (R16).
 */
public interface SourceInput extends AutoCloseable {
    InputKey key();

    /** Whether any required channel knew this input before it was opened. */
    boolean isKnown();

    /**
     * ORDERED: whether some required channel keeps no positions, being without a log, while another one knows this
     * input. {@link #startPosition()} leaves such a channel out: what it lost with its process is to be found where the
     * source itself notes what is safe, and {@link #beginAt} says so.
     */
    default boolean isForgotten() {
        return false;
    }

    /** ORDERED: what the source will put begins here, not at {@link #startPosition()}. Before the first put. */
    default void beginAt(long position) {}

    /**
     * ORDERED: where to start reading, the smallest position that any required channel has; 0 when one has none.
     * WINDOW: the highest position up to which every required channel keeps everything by now (R9: on disk or
     * committed).
     */
    long startPosition();

    /**
     * ORDERED: the smallest position above {@code position} at which some required channel stopped, or {@link
     * Long#MAX_VALUE}. A frame must not begin below and end above it.
     */
    long boundaryAbove(long position);

    /**
     * ORDERED: where a selector that gives channels turns ends the turn of {@code position}, or {@link Long#MAX_VALUE}. A
     * frame that begins below it must not hold an event that begins at it or above.
     */
    default long turnAbove(long position) {
        return Long.MAX_VALUE;
    }

    /**
     * ORDERED: everything up to here that was put is safe in every required channel. What was never put in a channel
     * (another branch of a selector) counts as safe there.
     */
    long safePosition();

    /** ORDERED: as {@link #safePosition()}, but acknowledged. */
    long acknowledgedPosition();

    /**
     * ORDERED: tells channels that got nothing lately how far the source is, so that they do not ask for it again.
     * Called about once a second and at stop; never above what was put or skipped on purpose. Best effort.
     */
    void mark(long position);

    /**
     * ORDERED: as {@link #mark}, and whether every required channel keeps by now, acknowledged, that the source is at the
     * position, so that no later life begins below it. To be called again until it is so.
     */
    default boolean isPassedByAll(long position) {
        return acknowledgedPosition() >= position;
    }

    /** WINDOW: the sender's low-water mark: positions up to here will never be sent again. */
    void advanceFloor(long floor);

    /** Called by a channel's thread when acknowledged, safe or room moved; must only set a flag or wake somebody. */
    void setListener(Runnable listener);

    @Override
    void close();
}
