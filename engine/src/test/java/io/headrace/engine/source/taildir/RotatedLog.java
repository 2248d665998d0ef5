package io.headrace.engine.source.taildir;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.headrace.engine.source.taildir.LineOracle.Content;
import io.headrace.engine.source.taildir.LineOracle.Line;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** A log as a program writes it and as its owner rotates it; times of modification are those of a test's clock. */
final class RotatedLog implements AutoCloseable {
    /** What is done to a log. */
    enum Operation {
        APPEND,
        APPEND_UNFINISHED,
        RENAME_INSIDE,
        RENAME_OUTSIDE,
        RENAME_CHAIN,
        COMPRESS,
        COPYTRUNCATE,
        COPYTRUNCATE_AND_REFILL,
        TRUNCATE_AND_REFILL,
        REPLACE,
        DELETE,
        SAVE,
        SAVE_WITH_BACKUP,
        LINK,
        UNLINK
    }

    private static final int MOST_ROTATED = 3;
    private static final long LISTING_INTERVAL_MILLIS = 250;

    private final Path folder;
    private final String name;
    private final LineOracle oracle;
    private final ManualClock clock;
    private final SplittableRandom random;

    /** Whether the source runs and has all open that it saw. */
    private final BooleanSupplier holding;

    private final BooleanSupplier running;

    /** By number, the youngest first. */
    private TreeMap<Integer, Content> rotated = new TreeMap<>();

    private Content content;
    private FileChannel out;
    private Line unfinished;
    private int unwritten;
    private Path link;
    private Content linked;
    private boolean saved;
    private int generation;

    RotatedLog(
            Path folder,
            String name,
            LineOracle oracle,
            ManualClock clock,
            SplittableRandom random,
            BooleanSupplier running,
            BooleanSupplier holding) {
        this.folder = folder;
        this.name = name;
        this.oracle = oracle;
        this.clock = clock;
        this.random = random;
        this.running = running;
        this.holding = holding;
    }

    private Path path() {
        return folder.resolve(name);
    }

    /** The source looked at all there is. */
    void settled() {
        saved = false;
        if (content != null && !content.lines.isEmpty()) {
            content.seen = true;
        }
    }

    void finishLine() throws IOException {
        if (unfinished != null) {
            write(unfinished.text.substring(unwritten));
            unfinished.unfinished = false;
            unfinished = null;
        }
    }

    void run(Operation operation) throws IOException {
        if (saved && operation.compareTo(Operation.APPEND_UNFINISHED) > 0) {
            return;
        }
        generation++;
        switch (operation) {
            case APPEND -> append(1 + random.nextInt(6));
            case APPEND_UNFINISHED -> appendUnfinished();
            case RENAME_INSIDE -> rotate(folder.resolve(name.replace(".log", "." + generation + ".log")), true);
            case RENAME_OUTSIDE -> rotate(folder.resolve(name + ".r" + generation), false);
            case RENAME_CHAIN -> chain();
            case COMPRESS -> compress();
            case COPYTRUNCATE -> truncate(true, false);
            case COPYTRUNCATE_AND_REFILL -> truncate(true, true);
            case TRUNCATE_AND_REFILL -> truncate(false, true);
            case REPLACE -> replace();
            case DELETE -> delete();
            case SAVE -> save(null);
            case SAVE_WITH_BACKUP ->
                save(folder.resolve(name + List.of("~", ".bak", ".~3~").get(random.nextInt(3))));
            case LINK -> link();
            case UNLINK -> unlink();
        }
        touch(folder);
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }

    private void append(int lines) throws IOException {
        open();
        finishLine();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            text.append(oracle.write(line(random.nextInt(120)), content).text);
        }
        write(text.toString());
    }

    private void appendUnfinished() throws IOException {
        open();
        finishLine();
        Line line = oracle.write(line(5 + random.nextInt(60)), content);
        unwritten = 1 + random.nextInt(line.text.length() - 1);
        write(line.text.substring(0, unwritten));
        line.unfinished = true;
        unfinished = line;
    }

    /** With NULs, bytes that are no UTF-8, and carriage returns. */
    private String line(int length) {
        int longer = random.nextInt(20) == 0 ? 3_000 : length;
        return oracle.nextNumber() + ":" + filling(longer) + (random.nextBoolean() ? "\r\n" : "\n");
    }

    private String filling(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append("abcdefgh\0\u00ff\u00c3\r".charAt(random.nextInt(12)));
        }
        return text.toString();
    }

    private void write(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
        touch(path());
    }

    private void open() throws IOException {
        if (out == null) {
            content = oracle.newContent();
            out = FileChannel.open(path(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            touch(path());
            touch(folder);
        }
    }

    private void touch(Path changed) throws IOException {
        if (Files.exists(changed)) {
            Files.setLastModifiedTime(changed, FileTime.fromMillis(clock.time()));
        }
    }

    /** The program goes on writing to the file until it is told. */
    private void rotate(Path to, boolean inside) throws IOException {
        if (content == null) {
            return;
        }
        Files.move(path(), to);
        Content old = content;
        if (!inside && !old.seen && old.links == 0) {
            oracle.destroy(old, false);
        }
        if (random.nextBoolean()) {
            append(1 + random.nextInt(3));
        }
        touch(to);
        forget();
        if (random.nextBoolean()) {
            append(1 + random.nextInt(6));
        }
    }

    private void chain() throws IOException {
        if (content == null) {
            return;
        }
        TreeMap<Integer, Content> shifted = new TreeMap<>();
        for (int number : rotated.descendingKeySet()) {
            Content each = rotated.get(number);
            Path from = folder.resolve(name + "." + number);
            if (number >= MOST_ROTATED) {
                Files.delete(from);
                ended(each);
            } else {
                Files.move(from, folder.resolve(name + "." + (number + 1)));
                shifted.put(number + 1, each);
            }
        }
        shifted.put(1, content);
        rotated = shifted;
        rotate(folder.resolve(name + ".1"), false);
    }

    private void compress() throws IOException {
        if (rotated.isEmpty()) {
            return;
        }
        int number = rotated.lastKey();
        Path plain = folder.resolve(name + "." + number);
        Files.write(folder.resolve(name + "." + number + "-" + generation + ".gz"), new byte[] {31, (byte) 139, 8, 0});
        Files.delete(plain);
        ended(rotated.remove(number));
    }

    private void truncate(boolean copied, boolean refilled) throws IOException {
        if (content == null) {
            return;
        }
        Content old = content;
        long size = out.size();
        if (copied) {
            Path copy = folder.resolve(name + ".copy" + generation);
            Files.copy(path(), copy);
            touch(copy);
            Content held = oracle.copy(old);
            held.there = false;
            held.held = old.seen && running.getAsBoolean();
            if (random.nextInt(3) == 0) {
                append(1);
            }
        }
        out.truncate(0);
        touch(path());
        breakLine();
        content = oracle.newContent();
        content.links = old.links;
        old.links = 0;
        linked = linked == old ? content : linked;
        oracle.destroy(old, false);
        if (refilled) {
            refill(size);
        }
    }

    /** To a shorter, an equal or a larger size. */
    private void refill(long size) throws IOException {
        int room = (int) size + List.of(-20, 0, 40).get(random.nextInt(3)) - 9;
        String number = oracle.nextNumber() + ":";
        if (room < number.length() + 1) {
            append(1);
            return;
        }
        room += 9;
        write(oracle.write(number + filling(room - number.length() - 1) + "\n", content).text);
    }

    private void replace() throws IOException {
        if (content == null) {
            return;
        }
        long size = out.size();
        Content old = content;
        forget();
        Path prepared = folder.resolve(name + ".new");
        content = oracle.newContent();
        out = FileChannel.open(prepared, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        refill(size);
        Files.move(prepared, path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        touch(path());
        ended(old);
    }

    private void delete() throws IOException {
        if (content == null) {
            return;
        }
        Files.delete(path());
        Content old = content;
        if (random.nextInt(3) == 0) {
            append(1);
        }
        forget();
        ended(old);
        if (random.nextBoolean()) {
            append(1 + random.nextInt(4));
        }
    }

    private void save(Path backup) throws IOException {
        if (content == null || !content.seen || unfinished != null || content.links > 0) {
            return;
        }
        Content old = content;
        Path edited = folder.resolve(name + ".swp");
        Content copy = oracle.copy(old);
        if (backup == null) {
            Files.copy(path(), edited);
            Files.move(edited, path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.move(path(), backup, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(backup, path());
        }
        touch(path());
        oracle.destroy(old, old.seen && holding.getAsBoolean());
        if (random.nextInt(3) == 0) {
            append(1);
            // Read before folders are listed again, it would make the new file, which lacks it, another one.
            clock.advanceMillis(LISTING_INTERVAL_MILLIS);
        }
        forget();
        content = copy;
        out = FileChannel.open(path(), StandardOpenOption.APPEND);
        if (random.nextBoolean()) {
            append(1);
        }
        saved = true;
    }

    private void link() throws IOException {
        if (content == null || link != null && linked != null) {
            return;
        }
        link = folder.resolve("link" + generation + "-" + name);
        Files.createLink(link, path());
        linked = content;
        linked.links++;
    }

    private void unlink() throws IOException {
        if (linked == null || linked != content) {
            return;
        }
        Files.delete(link);
        linked.links--;
        linked = null;
    }

    /** A name of it is gone. */
    private void ended(Content gone) {
        if (gone.links == 0) {
            oracle.destroy(gone, gone.seen && holding.getAsBoolean());
        }
    }

    private void forget() throws IOException {
        breakLine();
        if (out != null) {
            out.close();
        }
        out = null;
        content = null;
    }

    private void breakLine() {
        unfinished = null;
    }
}
