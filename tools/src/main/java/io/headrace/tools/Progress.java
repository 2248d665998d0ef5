package io.headrace.tools;

import java.util.Locale;

/**
 * Progress on standard error: one line that is drawn again on a terminal, otherwise nothing but what {@link #note} says.
 * Owned by one thread.
 */
public final class Progress {
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final int BAR_WIDTH = 24;
    private static final int WIDEST = 79;

    private final Console console;
    private long nextNanos = System.nanoTime();
    private int drawn;

    public Progress(Console console) {
        this.console = console;
    }

    /** Whether it is time to draw; false when there is no terminal. */
    public boolean isDue() {
        return console.terminal() && System.nanoTime() - nextNanos >= 0;
    }

    /** Draws a bar and what is said beside it. */
    public void draw(double fraction, String text) {
        if (!console.terminal()) {
            return;
        }
        nextNanos = System.nanoTime() + REDRAW_NANOS;
        int filled = (int) Math.round(Math.max(0, Math.min(1, fraction)) * BAR_WIDTH);
        String line = "[" + "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + "] "
                + String.format(Locale.ROOT, "%3d %%", (int) (fraction * 100)) + "  " + text;
        // One that a terminal of 80 columns breaks in two cannot be drawn over.
        line = line.substring(0, Math.min(line.length(), WIDEST));
        console.err().print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
        console.err().flush();
        drawn = line.length();
    }

    /** Says something rare where there is no bar. */
    public void report(String text) {
        if (!console.terminal()) {
            note(text);
        }
    }

    /** Removes the bar. */
    public void clear() {
        if (drawn > 0) {
            console.err().print("\r" + " ".repeat(drawn) + "\r");
            console.err().flush();
            drawn = 0;
        }
    }

    /** Says something that stays, on a line of its own. */
    public void note(String text) {
        clear();
        console.err().println(text);
        console.err().flush();
    }
}
