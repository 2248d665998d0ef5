package io.headrace.tools.quickstart;

/**
 * How an output stands against its input, in lines.
 *
 * @param equal byte for byte
 * @param read lines of the input; bytes after the last line feed are a line too
 * @param delivered lines of the output
 * @param duplicated lines that the output has more often than the input
 * @param lost lines that the output has less often than the input
 * @param altered lines of the output that the input doesn't have at all
 * @param inOrder whether the lines that arrived stand in the order of the input
 */
record LineTally(boolean equal, long read, long delivered, long duplicated, long lost, long altered, boolean inOrder) {
    static final LineTally NOTHING = new LineTally(true, 0, 0, 0, 0, 0, true);

    static LineTally allEqual(long lines) {
        return new LineTally(true, lines, lines, 0, 0, 0, true);
    }

    LineTally plus(LineTally other) {
        return new LineTally(
                equal && other.equal,
                read + other.read,
                delivered + other.delivered,
                duplicated + other.duplicated,
                lost + other.lost,
                altered + other.altered,
                inOrder && other.inOrder);
    }
}
