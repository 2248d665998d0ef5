package io.headrace.wal;

/**
 * What a log knows of one input: its number in this log, and what of it is kept (durable or committed). Owned by the
 * journal thread.
 */
public final class InputState {
    private final int number;
    private final InputKey key;
    private final SequenceWindow window;
    private long position;
    private long lastSeenMillis;

    public InputState(int number, InputKey key, long position, long lastSeenMillis) {
        this.number = number;
        this.key = key;
        this.position = position;
        this.window = key.kind() == InputKey.Kind.WINDOW ? new SequenceWindow(position) : null;
        this.lastSeenMillis = lastSeenMillis;
    }

    public int number() {
        return number;
    }

    public InputKey key() {
        return key;
    }

    /** ORDERED: the highest position kept; WINDOW: the floor. */
    public long position() {
        return window == null ? position : window.floor();
    }

    /** WINDOW: what is kept; null for ORDERED. */
    public SequenceWindow window() {
        return window;
    }

    public long lastSeenMillis() {
        return lastSeenMillis;
    }

    /** It is in use, or the clock went back behind what was noted. */
    public void lastSeenMillis(long millis) {
        lastSeenMillis = millis;
    }

    /** A frame of this input at this position is kept now. */
    public void keep(long keptPosition, long nowMillis) {
        lastSeenMillis = nowMillis;
        if (window == null) {
            position = Math.max(position, keptPosition);
        } else {
            if (!window.covers(keptPosition)) {
                // The sender never has more than a window open above its low-water mark (R6): what is further below
                // than that was committed there and will not be sent again.
                window.advanceTo(keptPosition - SequenceWindow.SIZE);
            }
            window.mark(keptPosition);
        }
    }
}
