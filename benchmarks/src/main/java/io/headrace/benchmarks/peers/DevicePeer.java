package io.headrace.benchmarks.peers;

import io.headrace.benchmarks.GeneratedLines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The bare device: positional writes and {@code force(false)} on files that were filled and synced before and are
 * written again and again, by one thread, without frames, checksums or copies. Replays what a log wrote, or writes at a
 * fixed rate.
 */
public final class DevicePeer implements PeerWork {
    private static final int FILES = 16;
    private static final int FILE_BYTES = 64 << 20;
    private static final int BUFFER_BYTES = 4 << 20;
    private static final int BLOCK = 4096;
    private static final int LINE_BYTES = 200;

    private final Path folder;
    private final List<FileChannel> cached = new ArrayList<>();
    private final List<FileChannel> direct = new ArrayList<>();
    private final List<FileChannel> through = new ArrayList<>();
    private final ByteBuffer content =
            ByteBuffer.allocateDirect(BUFFER_BYTES + BLOCK).alignedSlice(BLOCK);
    private long writeNanos;
    private long syncNanos;
    private int file;
    private long position;

    private DevicePeer(Path folder) throws IOException {
        this.folder = folder;
        ByteBuffer lines = new GeneratedLines(2, BUFFER_BYTES / (LINE_BYTES + 1) + 1, LINE_BYTES).bytes();
        content.limit(BUFFER_BYTES).put(lines.duplicate().limit(BUFFER_BYTES)).flip();
        for (int i = 0; i < FILES; i++) {
            cached.add(fill(folder.resolve("cached-" + i)));
            fill(folder.resolve("direct-" + i)).close();
            direct.add(FileChannel.open(folder.resolve("direct-" + i), StandardOpenOption.WRITE, directOption()));
            through.add(FileChannel.open(
                    folder.resolve("direct-" + i), StandardOpenOption.WRITE, StandardOpenOption.DSYNC, directOption()));
        }
    }

    /** Files of their own for writes around the page cache, which would throw the pages of the others out of it. */
    private FileChannel fill(Path path) throws IOException {
        FileChannel filled = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        for (long at = 0; at < FILE_BYTES; at += BUFFER_BYTES) {
            write(filled, at, BUFFER_BYTES);
        }
        filled.force(true);
        return filled;
    }

    /**
     * @param arguments the folder to write in
     */
    public static void main(String[] arguments) throws IOException {
        PeerServer.serve(new DevicePeer(Path.of(arguments[0])));
    }

    @Override
    public Map<String, String> run(Order order) throws IOException {
        return switch (order.text("mode")) {
            case "replay" -> replay(order);
            case "beside" -> replayBeside(order);
            default -> pace(order);
        };
    }

    @Override
    public void close() throws IOException {
        for (FileChannel each : cached) {
            each.close();
        }
        for (FileChannel each : direct) {
            each.close();
        }
        for (FileChannel each : through) {
            each.close();
        }
        for (int i = 0; i < FILES; i++) {
            Files.delete(folder.resolve("cached-" + i));
            Files.delete(folder.resolve("direct-" + i));
        }
    }

    private Map<String, String> replay(Order order) throws IOException {
        GroupRecord groups = GroupRecord.load(Path.of(order.text("groups")));
        boolean around = order.text("direct").equals("yes");
        List<FileChannel> files = around ? direct : cached;
        writeNanos = 0;
        syncNanos = 0;
        long bytes = 0;
        long last = Long.MAX_VALUE;
        FileChannel out = null;
        Stopwatch watch = Stopwatch.start(folder);
        for (int i = 0; i < groups.count(); i++) {
            long at = groups.position(i);
            if (at == GroupRecord.SYNC) {
                sync(out);
                continue;
            }
            // Far back is the next segment; a little is a group that was written beside the one after it.
            if (at < last - FILE_BYTES / 2) {
                file = (file + 1) % FILES;
                out = files.get(file);
            }
            last = at;
            bytes += around ? writeBlocks(out, at, groups.length(i)) : write(out, at, groups.length(i));
        }
        Map<String, String> figures = new LinkedHashMap<>(watch.stop(order.number("events"), order.number("bytes")));
        if (bytes < groups.bytes()) {
            throw new IOException("bytes: " + bytes + " (expected: >= " + groups.bytes() + ")");
        }
        figures.put("writeNanos", Long.toString(writeNanos));
        figures.put("syncNanos", Long.toString(syncNanos));
        return figures;
    }

    /** Several threads, each of which takes the next group and writes it around the page cache, durable on return. */
    private Map<String, String> replayBeside(Order order) throws IOException {
        GroupRecord groups = GroupRecord.load(Path.of(order.text("groups")));
        Beside beside = new Beside(groups);
        List<Thread> writers = new ArrayList<>();
        Stopwatch watch = Stopwatch.start(folder);
        for (long i = order.number("writers"); i > 0; i--) {
            Thread writer = new Thread(beside, "writer-" + i);
            writer.start();
            writers.add(writer);
        }
        try {
            for (Thread writer : writers) {
                writer.join();
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted (expected: to wait for all writers)", e);
        }
        Map<String, String> figures = new LinkedHashMap<>(watch.stop(order.number("events"), order.number("bytes")));
        if (beside.bytes < groups.bytes()) {
            throw new IOException("bytes: " + beside.bytes + " (expected: >= " + groups.bytes() + ")", beside.failure);
        }
        figures.put("writeNanos", Long.toString(beside.nanos));
        return figures;
    }

    /** What is left to be replayed. Taken by several threads. */
    private final class Beside implements Runnable {
        private final GroupRecord groups;
        private int next;
        private long last = Long.MAX_VALUE;
        private long bytes;
        private long nanos;
        private IOException failure;

        Beside(GroupRecord groups) {
            this.groups = groups;
        }

        @Override
        public void run() {
            ByteBuffer own = content.duplicate();
            while (true) {
                FileChannel out;
                long at;
                int length;
                synchronized (this) {
                    while (next < groups.count() && groups.position(next) == GroupRecord.SYNC) {
                        next++;
                    }
                    if (next == groups.count() || failure != null) {
                        return;
                    }
                    at = groups.position(next);
                    length = groups.length(next++);
                    if (at < last - FILE_BYTES / 2) {
                        file = (file + 1) % FILES;
                    }
                    last = at;
                    out = through.get(file);
                }
                write(out, own, at, length);
            }
        }

        private void write(FileChannel out, ByteBuffer own, long at, int length) {
            long since = System.nanoTime();
            long first = at & -BLOCK;
            long end = at + length + BLOCK - 1 & -BLOCK;
            IOException failed = null;
            try {
                own.clear().limit((int) (end - first));
                for (long to = first; own.hasRemaining(); ) {
                    to += out.write(own, to);
                }
            } catch (IOException e) {
                failed = e;
            }
            synchronized (this) {
                failure = failure == null ? failed : failure;
                bytes += failed == null ? end - first : 0;
                nanos += System.nanoTime() - since;
            }
        }
    }

    /** Writes at each tick, all that is due at once, as group commit does; a write is late from its tick on. */
    private Map<String, String> pace(Order order) throws IOException {
        int length = (int) order.number("frameBytes");
        long interval = TimeUnit.SECONDS.toNanos(1) / order.number("rate");
        long frames = order.number("rate") * order.number("seconds");
        boolean around = order.text("direct").equals("yes");
        Histogram latencies = new Histogram(3);
        long groups = 0;
        Stopwatch watch = Stopwatch.start(folder);
        long start = System.nanoTime();
        for (long done = 0; done < frames; groups++) {
            long due = Pacer.awaitTick(start, interval, done, frames);
            int most = BUFFER_BYTES / length;
            int group = (int) Math.min(most, due - done);
            if (position + (long) group * length > FILE_BYTES) {
                file = (file + 1) % FILES;
                position = 0;
            }
            FileChannel out = around ? direct.get(file) : cached.get(file);
            if (around) {
                writeBlocks(out, position, group * length);
            } else {
                write(out, position, group * length);
            }
            sync(out);
            position += (long) group * length;
            long now = System.nanoTime();
            for (int i = 0; i < group; i++, done++) {
                latencies.recordValue(now - (start + done * interval));
            }
        }
        Map<String, String> figures = new LinkedHashMap<>(watch.stop(frames, frames * length));
        figures.put("groups", Long.toString(groups));
        figures.put("latencies", Latencies.encode(latencies));
        return figures;
    }

    /** As the log does around the page cache: whole blocks, the last one again when more comes. */
    private int writeBlocks(FileChannel out, long at, int length) throws IOException {
        long first = at & -BLOCK;
        long end = at + length + BLOCK - 1 & -BLOCK;
        return write(out, first, (int) (end - first));
    }

    private int write(FileChannel out, long at, int length) throws IOException {
        long since = System.nanoTime();
        content.clear().limit(length);
        long to = at;
        while (content.hasRemaining()) {
            to += out.write(content, to);
        }
        writeNanos += System.nanoTime() - since;
        return length;
    }

    private void sync(FileChannel out) throws IOException {
        long since = System.nanoTime();
        out.force(false);
        syncNanos += System.nanoTime() - since;
    }

    private static OpenOption directOption() throws IOException {
        try {
            Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            return (OpenOption) options.getField("DIRECT").get(null);
        } catch (ReflectiveOperationException e) {
            throw new IOException("this Java platform writes only through the page cache (expected: DIRECT)", e);
        }
    }
}
