package io.headrace.tools;

import java.io.PrintWriter;

/**
 * Where a command writes. Safe for any thread.
 *
 * @param out results
 * @param err everything else
 * @param terminal whether {@code err} is a terminal, on which a line may be drawn again
 */
public record Console(PrintWriter out, PrintWriter err, boolean terminal) {
    /** What the launcher found out: Java itself cannot tell for standard error alone. */
    static boolean isTerminal() {
        return Boolean.getBoolean("headrace.terminal");
    }
}
