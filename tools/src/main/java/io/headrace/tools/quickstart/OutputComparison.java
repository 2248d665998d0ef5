package io.headrace.tools.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Compares an output with its input: byte for byte, and only where they differ line by line, in passes that each look
 * at a share of the lines, so that memory stays bounded. The order of lines that the input has more than once isn't
 * judged on its own.
 */
final class OutputComparison {
    private static final int LINES_PER_PASS = 1 << 21;
    private static final int BLOCK_BYTES = 1 << 20;

    private final int linesPerPass;

    OutputComparison() {
        this(LINES_PER_PASS);
    }

    OutputComparison(int linesPerPass) {
        this.linesPerPass = linesPerPass;
    }

    /** @param output files that follow each other; none for an empty output */
    LineTally compare(Path input, List<Path> output) throws IOException {
        long equalLines = linesIfEqual(List.of(input), output);
        if (equalLines >= 0) {
            return LineTally.allEqual(equalLines);
        }
        long read = countLines(List.of(input));
        long delivered = countLines(output);
        LineTally tally = new LineTally(false, read, delivered, 0, 0, 0, true);
        int passes = (int) Math.max(1, (read + linesPerPass - 1) / linesPerPass);
        for (int pass = 0; pass < passes; pass++) {
            tally = tally.plus(lookAtShare(input, output, pass, passes, (int) Math.min(read, linesPerPass)));
        }
        boolean onlyOrderDiffers = tally.lost() + tally.duplicated() + tally.altered() == 0;
        return onlyOrderDiffers ? new LineTally(false, tally.read(), tally.delivered(), 0, 0, 0, false) : tally;
    }

    private static long linesIfEqual(List<Path> input, List<Path> output) throws IOException {
        byte[] left = new byte[BLOCK_BYTES];
        byte[] right = new byte[BLOCK_BYTES];
        long lines = 0;
        byte last = '\n';
        try (LineReader expected = new LineReader(input);
                LineReader actual = new LineReader(output)) {
            while (true) {
                int leftLength = expected.read(left);
                int rightLength = actual.read(right);
                if (leftLength != rightLength || Arrays.mismatch(left, 0, leftLength, right, 0, rightLength) >= 0) {
                    return -1;
                }
                if (leftLength == 0) {
                    return last == '\n' ? lines : lines + 1;
                }
                for (int index = 0; index < leftLength; index++) {
                    if (left[index] == '\n') {
                        lines++;
                    }
                }
                last = left[leftLength - 1];
            }
        }
    }

    private static long countLines(List<Path> files) throws IOException {
        long lines = 0;
        try (LineReader reader = new LineReader(files)) {
            while (reader.next()) {
                lines++;
            }
        }
        return lines;
    }

    private static LineTally lookAtShare(Path input, List<Path> output, int pass, int passes, int lines)
            throws IOException {
        LineTable table = new LineTable(lines);
        try (LineReader reader = new LineReader(List.of(input))) {
            for (long position = 0; reader.next(); position++) {
                if (isShare(reader.digest(), pass, passes)) {
                    table.expect(reader.digest(), position);
                }
            }
        }
        long altered = 0;
        long highest = -1;
        boolean inOrder = true;
        try (LineReader reader = new LineReader(output)) {
            while (reader.next()) {
                if (!isShare(reader.digest(), pass, passes)) {
                    continue;
                }
                int slot = table.arrive(reader.digest());
                if (slot < 0) {
                    altered++;
                    continue;
                }
                long position = table.uniquePosition(slot);
                if (position >= 0) {
                    inOrder &= position > highest;
                    highest = Math.max(highest, position);
                }
            }
        }
        return new LineTally(true, 0, 0, table.duplicated(), table.lost(), altered, inOrder);
    }

    private static boolean isShare(long digest, int pass, int passes) {
        return passes == 1 || (digest >>> 33) % passes == pass;
    }
}
