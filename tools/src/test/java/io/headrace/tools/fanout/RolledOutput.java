package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The folder into which one channel is drained. */
final class RolledOutput {
    /** A line by where it came from. */
    record Line(String file, int number) {}

    private final Path folder;

    RolledOutput(Path folder) {
        this.folder = folder;
    }

    /** Bytes in all files by now. */
    long bytes() throws IOException {
        long sum = 0;
        for (Path file : files()) {
            try {
                sum += Files.size(file);
            } catch (NoSuchFileException renamed) {
                return 0;
            }
        }
        return sum;
    }

    /** Whether the last file is complete, too: a stop leaves it open. */
    boolean isRolled() throws IOException {
        return files().stream().noneMatch(file -> file.toString().endsWith(".open"));
    }

    /** All lines, in order, of files that are all completed and of one series. */
    List<Line> lines() throws IOException {
        List<Path> files = new ArrayList<>(files());
        assertThat(files).noneMatch(file -> file.toString().endsWith(".open"));
        assertThat(files.stream().map(file -> name(file)[0]).distinct()).hasSize(1);
        files.sort(Comparator.comparingLong(file -> Long.parseLong(name(file)[1])));
        List<Line> lines = new ArrayList<>();
        for (Path file : files) {
            for (String line : Files.readAllLines(file)) {
                String[] parts = line.split(" ");
                assertThat(parts).as("%s: %s", file, line).hasSize(3);
                lines.add(new Line(parts[0], Integer.parseInt(parts[1])));
            }
        }
        return lines;
    }

    private static String[] name(Path file) {
        return file.getFileName().toString().split("-");
    }

    private List<Path> files() throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(folder)) {
            return list.toList();
        }
    }
}
