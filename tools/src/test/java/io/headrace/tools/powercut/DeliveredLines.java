package io.headrace.tools.powercut;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code file_roll} wrote, compared with what was sent. */
final class DeliveredLines {
    private static final Pattern NAME = Pattern.compile("(\\d+)-(\\d+)(\\.[0-9a-f]{16}-\\d+\\.open)?");

    private final Path folder;

    DeliveredLines(Path folder) {
        this.folder = folder;
    }

    /** Bytes in all files; -1 while one is being renamed. */
    long bytes() throws IOException {
        long sum = 0;
        for (Path file : files()) {
            try {
                sum += Files.size(file);
            } catch (NoSuchFileException renamed) {
                return -1;
            }
        }
        return sum;
    }

    /**
     * Each event of each stream once, in order, as it was sent, and nothing else; with {@code repeats} each at least
     * once, first in order, and again only where its frame was sent again.
     *
     * @return lines that came more than once
     */
    long check(List<SentStream> streams, boolean repeats) throws IOException {
        while (true) {
            try {
                return compare(streams, repeats);
            } catch (NoSuchFileException renamed) {
                // The agent runs and completes its files; all of them once more.
            }
        }
    }

    private long compare(List<SentStream> streams, boolean repeats) throws IOException {
        Map<Integer, Long> next = new HashMap<>();
        Map<Integer, BitSet> seen = new HashMap<>();
        long repeated = 0;
        for (Path file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            for (int at = 0; at < bytes.length; ) {
                int end = at;
                while (end < bytes.length && bytes[end] != '\n') {
                    end++;
                }
                String place = file.getFileName() + " at " + at;
                byte[] line = Arrays.copyOfRange(bytes, at, end);
                SentStream stream = streamOf(line, streams, place);
                long number = numberOf(line, place);
                if (end == bytes.length || number >= stream.events() || !Arrays.equals(line, stream.body(number))) {
                    throw new Violation(place + ": not an event that was sent: " + text(line));
                }
                BitSet numbers = seen.computeIfAbsent(stream.number, ignored -> new BitSet());
                long expected = next.getOrDefault(stream.number, 0L);
                if (numbers.get((int) number)) {
                    repeated++;
                }
                if (number > expected || number < expected && !(repeats && stream.wasSentAgain(number))) {
                    throw new Violation(place + ": stream " + stream.number + ": event " + number + " (expected: "
                            + expected + (repeats ? ", or one below that was sent again" : "") + "); "
                            + stream.acknowledgedEvents() + " were acknowledged, so that "
                            + (number < expected ? "some came twice or out of order" : "some are missing"));
                }
                numbers.set((int) number);
                next.put(stream.number, Math.max(expected, number + 1));
                at = end + 1;
            }
        }
        for (SentStream stream : streams) {
            int missing = seen.getOrDefault(stream.number, new BitSet()).nextClearBit(0);
            if (missing < stream.events()) {
                throw new Violation("stream " + stream.number + ": event " + missing + " is missing, of "
                        + stream.events() + " sent and " + stream.acknowledgedEvents() + " acknowledged");
            }
        }
        return repeated;
    }

    private static SentStream streamOf(byte[] line, List<SentStream> streams, String place) {
        int number = line.length > 1 && line[1] == ':' ? line[0] - '0' : -1;
        if (number < 0 || number >= streams.size()) {
            throw new Violation(place + ": not an event that was sent: " + text(line));
        }
        return streams.get(number);
    }

    private static long numberOf(byte[] line, String place) {
        long number = 0;
        int at = 2;
        while (at < line.length && line[at] >= '0' && line[at] <= '9' && at < 15) {
            number = number * 10 + line[at++] - '0';
        }
        if (at == 2 || at == line.length || line[at] != ':') {
            throw new Violation(place + ": not an event that was sent: " + text(line));
        }
        return number;
    }

    private static String text(byte[] line) {
        return new String(line, 0, Math.min(60, line.length), StandardCharsets.ISO_8859_1);
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isRegularFile)
                    .sorted(Comparator.comparingLong((Path file) -> part(file, 1))
                            .thenComparingLong(file -> part(file, 2)))
                    .toList();
        }
    }

    private static long part(Path file, int group) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (!name.matches()) {
            throw new Violation(file + ": not a name of file_roll's");
        }
        return Long.parseLong(name.group(group));
    }
}
