package io.headrace.engine.source.taildir.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/** Compares what was written with what arrived. */
final class LineLedger {
    private final List<LoggedFile> files;
    private final BitSet[] arrived;
    private final List<String> wrong = new ArrayList<>();
    private long doubled;
    private long lostLines;
    private long lostBytes;

    LineLedger(List<LoggedFile> files) {
        this.files = files;
        arrived = new BitSet[files.size()];
        for (int i = 0; i < arrived.length; i++) {
            arrived[i] = new BitSet();
        }
    }

    /** Reads all files of a folder. */
    void readAll(Path folder) throws IOException {
        try (Stream<Path> outputs = Files.list(folder)) {
            for (Path output : outputs.toList()) {
                try (BufferedReader lines = Files.newBufferedReader(output, StandardCharsets.ISO_8859_1)) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        read(line);
                    }
                }
            }
        }
    }

    /** Nothing is altered or doubled, and nothing is missing but the ends of what was truncated. */
    void check() {
        assertThat(wrong).as("altered or unknown lines").isEmpty();
        for (LoggedFile file : files) {
            check(file);
        }
        assertThat(wrong).as("lines that no truncation destroyed are missing").isEmpty();
        assertThat(doubled).as("doubled lines").isZero();
    }

    long lostLines() {
        return lostLines;
    }

    long lostBytes() {
        return lostBytes;
    }

    private void read(String line) {
        int file = number(line, 0, 5);
        int number = number(line, 6, 15);
        if (file < 0 || file >= arrived.length || number < 0 || !line.equals(LoggedFile.line(file, number))) {
            wrong.add(line);
        } else if (arrived[file].get(number)) {
            doubled++;
            wrong.add("twice: " + line);
        } else {
            arrived[file].set(number);
        }
    }

    private static int number(String line, int from, int to) {
        try {
            return Integer.parseInt(line, from, to, 10);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return -1;
        }
    }

    private void check(LoggedFile file) {
        BitSet lines = arrived[file.number];
        for (int missing = lines.nextClearBit(0); missing < file.written(); missing = lines.nextClearBit(missing + 1)) {
            int line = missing;
            boolean destroyed = file.truncated.stream()
                    .anyMatch(range -> range.from() <= line
                            && line < range.to()
                            && lines.get(line, (int) range.to()).isEmpty());
            if (destroyed) {
                lostLines++;
                lostBytes += LoggedFile.line(file.number, missing).length() + 1;
            } else {
                wrong.add("missing: " + LoggedFile.line(file.number, missing));
            }
        }
    }
}
