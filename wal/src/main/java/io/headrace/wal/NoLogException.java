package io.headrace.wal;

import java.io.IOException;

/** There is no log where one was looked for, or more than one; the message says what is there. */
public final class NoLogException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean several;

    /** @param several whether there are more than one */
    public NoLogException(String message, boolean several) {
        super(message);
        this.several = several;
    }

    /** Whether there are more logs than one, so that which is to be said. */
    public boolean several() {
        return several;
    }
}
