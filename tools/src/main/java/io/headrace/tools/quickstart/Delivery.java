package io.headrace.tools.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What has arrived, seen from outside: the files in the output folder. Owned by one thread. */
final class Delivery {
    private static final Pattern SERIES = Pattern.compile("-\\d{10,16}(?:-|\\.).*?(\\d{1,18})(?:\\.[A-Za-z]*)?$");
    private static final long LIST_AGAIN_NANOS = 20_000_000L;

    private final Path output;
    private List<Path> files = List.of();
    private long listedNanos;

    Delivery(Path output) {
        this.output = output;
        this.listedNanos = System.nanoTime() - LIST_AGAIN_NANOS;
    }

    /** Bytes in all output files. Cheap enough to be asked a thousand times a second. */
    long bytes() throws IOException {
        long start = System.nanoTime();
        if (start - listedNanos >= LIST_AGAIN_NANOS) {
            files = list();
            // With very many files listing takes long: never more than a tenth of the time.
            long took = System.nanoTime() - start;
            listedNanos = start + Math.max(0, 10 * took - LIST_AGAIN_NANOS);
        }
        long bytes = 0;
        for (Path file : files) {
            bytes += file.toFile().length();
        }
        return bytes;
    }

    /** The files that hold an input's lines, in the order in which they were written. */
    List<Path> filesOf(InputFile input) throws IOException {
        return list().stream()
                .filter(file -> belongsTo(output.relativize(file), input.partition()))
                .sorted(Comparator.comparing(Delivery::folderOf)
                        .thenComparingLong(Delivery::indexOf)
                        .thenComparing(Path::toString))
                .toList();
    }

    /** The files that hold no input's lines. */
    List<Path> strangers(List<InputFile> inputs) throws IOException {
        List<Path> strangers = new ArrayList<>(list());
        for (InputFile input : inputs) {
            strangers.removeIf(file -> belongsTo(output.relativize(file), input.partition()));
        }
        return strangers;
    }

    private static boolean belongsTo(Path relative, String partition) {
        for (Path part : relative) {
            if (part.toString().startsWith(partition)) {
                return true;
            }
        }
        return false;
    }

    private static String folderOf(Path file) {
        return String.valueOf(file.getParent());
    }

    /** The number of a file in its series: the last one of a name such as {@code p-1700000000000-12.log}. */
    private static long indexOf(Path file) {
        Matcher matcher = SERIES.matcher(file.getFileName().toString());
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private List<Path> list() throws IOException {
        try (Stream<Path> walk = Files.walk(output)) {
            return walk.filter(Files::isRegularFile).toList();
        } catch (UncheckedIOException renamed) {
            // A file that got another name while its folder was read: the next look finds it.
            return files;
        }
    }
}
