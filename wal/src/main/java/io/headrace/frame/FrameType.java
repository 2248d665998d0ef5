package io.headrace.frame;

/** What a frame carries; the code is the byte at {@link FrameLayout#TYPE_OFFSET}. */
public enum FrameType {
    /** A batch of events. */
    DATA(1),
    /** Gives an input its number in one log; see {@code wal/FORMAT.md}. */
    INPUT(2),
    /** Moves the position of an input that had no traffic. */
    MARK(3),
    /** Fills the rest of a segment or an aligned block; carries nothing. */
    PAD(4);

    private static final FrameType[] BY_CODE = {null, DATA, INPUT, MARK, PAD};

    private final byte code;

    FrameType(int code) {
        this.code = (byte) code;
    }

    /** The byte in the frame. */
    public byte code() {
        return code;
    }

    /** The type of a code, or null when there is none. */
    public static FrameType ofCode(int code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
