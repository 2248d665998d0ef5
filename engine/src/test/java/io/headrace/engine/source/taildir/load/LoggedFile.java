package io.headrace.engine.source.taildir.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A log as a program writes it and as its owner rotates it. Each line says of which log it is the how many-th. */
final class LoggedFile {
    /** What is done to a log. */
    enum Operation {
        RENAME_INSIDE,
        RENAME_OUTSIDE,
        COPYTRUNCATE,
        COPYTRUNCATE_AND_REFILL,
        SAVE,
        SAVE_WITH_BACKUP
    }

    /** Lines that were in the file when it was truncated: from the first to before the last. */
    record Truncated(long from, long to) {}

    final int number;
    final List<Truncated> truncated = new ArrayList<>();
    private final Path folder;
    private final Path path;
    private final Random random;
    private FileChannel out;
    private long written;
    private long firstInFile;
    private int generation;

    LoggedFile(Path folder, int number, long seed) throws IOException {
        this.folder = folder;
        this.number = number;
        this.random = new Random(seed * 31 + number);
        path = folder.resolve(name() + ".log");
        open();
    }

    /** Lines written so far. */
    long written() {
        return written;
    }

    /** The line of a number, without its end. */
    static String line(int file, long number) {
        long noise = (file + 1) * 0x9e3779b97f4a7c15L + number * 0xc2b2ae3d27d4eb4fL;
        return String.format("%05d %09d ", file, number)
                + Long.toHexString(noise).repeat(1 + (int) (Math.abs(noise) % 6));
    }

    int append(int lines) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            text.append(line(number, written++)).append('\n');
        }
        ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(US_ASCII));
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
        return lines;
    }

    void run(Operation operation) throws IOException {
        generation++;
        switch (operation) {
            case RENAME_INSIDE -> rename(folder.resolve(name() + "." + generation + ".log"));
            case RENAME_OUTSIDE -> rename(folder.resolve(name() + ".log." + generation));
            case COPYTRUNCATE -> copyAndTruncate();
            case COPYTRUNCATE_AND_REFILL -> {
                long lines = copyAndTruncate();
                append((int) Math.min(2_000, lines + 1));
            }
            case SAVE -> save(null);
            case SAVE_WITH_BACKUP -> save(folder.resolve(name() + ".log~"));
        }
    }

    void close() throws IOException {
        out.close();
    }

    private void rename(Path to) throws IOException {
        Files.move(path, to);
        // The program goes on writing to the file until it is told.
        append(1 + random.nextInt(20));
        out.close();
        firstInFile = written;
        open();
    }

    private long copyAndTruncate() throws IOException {
        Files.copy(path, folder.resolve(name() + ".copy." + generation));
        append(1 + random.nextInt(20));
        out.truncate(0);
        truncated.add(new Truncated(firstInFile, written));
        long lines = written - firstInFile;
        firstInFile = written;
        return lines;
    }

    private void save(Path backup) throws IOException {
        Path edited = folder.resolve(name() + ".swp");
        Files.copy(path, edited);
        out.close();
        out = FileChannel.open(edited, StandardOpenOption.APPEND);
        append(1);
        if (backup != null) {
            Files.move(path, backup, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(edited, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void open() throws IOException {
        out = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private String name() {
        return String.format("f%05d", number);
    }
}
