package io.headrace.wal;

/**
 * Names what a channel receives from in order, across restarts of either side.
 *
 * @param kind how positions of this input relate to each other
 * @param id for example {@code file:DEVICE:INODE:CRC} or {@code link:STREAM}; at most 512 bytes of UTF-8
 */
public record InputKey(Kind kind, String id) {
    /** How positions relate. */
    public enum Kind {
        /** Each position covers all smaller ones: an offset in a file. Frames arrive in order of position. */
        ORDERED,
        /** Positions are sequences of a sender that arrive with holes and out of order: a window above a floor. */
        WINDOW
    }
}
