package io.headrace.tools.tune;

import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/**
 * What the disk does with groups of a log, each synced, on a file that was filled before, as segments are: by appender and
 * by size of group. Direct groups are written two at a time, as the product does. Owned by one thread.
 */
final class DiskProbe {
    /** How a log is written. */
    static final List<String> APPENDERS = List.of("direct", "positional", "mapped");

    /** Bytes of a group. */
    static final List<Integer> GROUPS = List.of(4 << 10, 64 << 10, 256 << 10, 1 << 20);

    /** Space that it takes. */
    static final int FILE_BYTES = 32 << 20;

    private static final int PIECE = 1 << 20;
    private static final int DIRECT_AT_ONCE = 2;
    private static final long HIGHEST_NANOS = 60_000_000_000L;

    private final Storage storage;
    private final BooleanSupplier stop;

    /** @param stop true leaves out what is not measured yet */
    DiskProbe(Storage storage, BooleanSupplier stop) {
        this.storage = storage;
        this.stop = stop;
    }

    /** Writes groups. */
    private interface Writer {
        void write(ByteBuffer group, long at) throws IOException;
    }

    /** Measures each combination for some time. */
    DiskSpeed measure(Path folder, long nanosEach) throws IOException {
        Path path = folder.resolve("disk");
        List<DiskSpeed.Row> rows = new ArrayList<>();
        try (StorageFile file = storage.open(path, Storage.OpenMode.CREATE)) {
            for (long at = 0; at < FILE_BYTES && !stop.getAsBoolean(); at += PIECE) {
                file.zero(at, PIECE);
            }
            if (stop.getAsBoolean()) {
                return new DiskSpeed(rows);
            }
            file.sync();
            direct(path, nanosEach, rows);
            each("positional", 1, nanosEach, rows, (group, at) -> {
                file.write(group, at);
                file.sync();
            });
            try (StorageFile.MappedRegion region = file.map(0, FILE_BYTES)) {
                each("mapped", 1, nanosEach, rows, (group, at) -> {
                    int length = group.remaining();
                    region.buffer().put((int) at, group, 0, length);
                    region.force((int) at, length);
                });
            }
        } finally {
            storage.delete(path);
        }
        return new DiskSpeed(rows);
    }

    private void direct(Path path, long nanosEach, List<DiskSpeed.Row> rows) throws IOException {
        StorageFile through;
        try {
            through = storage.open(path, Storage.OpenMode.THROUGH);
        } catch (IOException cannot) {
            // A file system that does not bear it: the product writes positional there, and nothing is said of it.
            return;
        }
        try (through) {
            each("direct", DIRECT_AT_ONCE, nanosEach, rows, through::write);
        }
    }

    private void each(String appender, int atOnce, long nanosEach, List<DiskSpeed.Row> rows, Writer writer)
            throws IOException {
        for (int group : GROUPS) {
            if (!stop.getAsBoolean()) {
                rows.add(row(appender, group, atOnce, nanosEach, writer));
            }
        }
    }

    private DiskSpeed.Row row(String appender, int bytes, int atOnce, long nanos, Writer writer) throws IOException {
        AtomicInteger next = new AtomicInteger();
        int places = FILE_BYTES / bytes;
        long begun = System.nanoTime();
        Histogram latency = new Histogram(HIGHEST_NANOS, 3);
        ExecutorService threads = Executors.newFixedThreadPool(atOnce, work -> {
            Thread thread = new Thread(work, "tune-disk");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<Histogram>> running = new ArrayList<>();
            for (int i = 0; i < atOnce; i++) {
                running.add(threads.submit(() -> {
                    Histogram own = new Histogram(HIGHEST_NANOS, 3);
                    ByteBuffer group = ByteBuffer.allocateDirect(bytes + Storage.BLOCK)
                            .alignedSlice(Storage.BLOCK)
                            .limit(bytes)
                            .slice();
                    long from = System.nanoTime();
                    do {
                        long at = (long) Math.floorMod(next.getAndIncrement(), places) * bytes;
                        group.clear().putLong(0, from);
                        writer.write(group, at);
                        long now = System.nanoTime();
                        own.recordValue(Math.min(HIGHEST_NANOS, now - from));
                        from = now;
                    } while (from - begun < nanos && !stop.getAsBoolean());
                    return own;
                }));
            }
            for (Future<Histogram> each : running) {
                latency.add(each.get());
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IllegalStateException("disk probe: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the disk was measured", e);
        } finally {
            threads.shutdown();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        return new DiskSpeed.Row(
                appender,
                bytes,
                latency.getTotalCount() * (double) bytes / seconds,
                latency.getValueAtPercentile(50) / 1e3,
                latency.getValueAtPercentile(99) / 1e3);
    }
}
