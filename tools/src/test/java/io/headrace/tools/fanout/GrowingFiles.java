package io.headrace.tools.fanout;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The files {@code a}, {@code b} and {@code c}, to which a thread appends numbered lines, in pieces that end anywhere in a
 * line, until {@link #end}; then each file ends with a whole line.
 */
final class GrowingFiles {
    static final List<String> NAMES = List.of("a", "b", "c");

    private static final String FILLER = "x".repeat(120);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int LINES_AT_ONCE = 60;

    private final Random random;
    private final List<OutputStream> files = new ArrayList<>();
    private final int[] lines = new int[NAMES.size()];
    private final long[] bytes = new long[NAMES.size()];
    private final Thread writer = new Thread(this::write, "growing-files");
    private volatile boolean ended;
    private volatile Exception failure;

    GrowingFiles(Path folder, long seed) throws IOException {
        random = new Random(seed);
        Files.createDirectories(folder);
        for (String name : NAMES) {
            files.add(Files.newOutputStream(folder.resolve(name)));
        }
    }

    void start() {
        writer.start();
    }

    /** Lines of a file; after {@link #end}. */
    int lines(int file) {
        return lines[file];
    }

    /** Lines of all files; after {@link #end}. */
    long lines() {
        return Arrays.stream(lines).asLongStream().sum();
    }

    /** Bytes of a file; after {@link #end}. */
    long bytes(int file) {
        return bytes[file];
    }

    private void write() {
        byte[][] rest = new byte[files.size()][0];
        try {
            while (!ended) {
                int file = random.nextInt(files.size());
                ByteArrayOutputStream piece = new ByteArrayOutputStream();
                piece.writeBytes(rest[file]);
                for (int i = random.nextInt(LINES_AT_ONCE); i >= 0; i--) {
                    piece.writeBytes(line(file));
                }
                byte[] all = piece.toByteArray();
                int now = Math.max(0, all.length - random.nextInt(20));
                append(file, all, 0, now);
                rest[file] = Arrays.copyOfRange(all, now, all.length);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            for (int file = 0; file < files.size(); file++) {
                append(file, rest[file], 0, rest[file].length);
                files.get(file).close();
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    private byte[] line(int file) {
        return (NAMES.get(file) + " " + lines[file]++ + " " + FILLER.substring(random.nextInt(FILLER.length())) + "\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void append(int file, byte[] content, int from, int to) throws IOException {
        files.get(file).write(content, from, to - from);
        bytes[file] += to - from;
    }

    /** Ends the lines and waits for it. */
    void end() throws IOException, InterruptedException {
        ended = true;
        writer.join();
        if (failure != null) {
            throw new IOException("appending failed", failure);
        }
    }
}
