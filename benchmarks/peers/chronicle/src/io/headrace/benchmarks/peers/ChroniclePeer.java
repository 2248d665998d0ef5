package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * Chronicle Queue with its defaults: one thread appends, a document an event or many events a document, each with its
 * length before it; never synced, or synced by its own {@code sync()} with {@code SyncMode.SYNC}. Afterwards a tailer
 * reads all of it, and number and checksums must agree.
 */
public final class ChroniclePeer implements PeerWork {
    private final Path folder;
    private int runs;

    private ChroniclePeer(Path folder) {
        this.folder = folder;
    }

    /**
     * @param arguments the folder to write in
     */
    public static void main(String[] arguments) {
        PeerServer.serve(new ChroniclePeer(Path.of(arguments[0])));
    }

    @Override
    public Map<String, String> run(Order order) throws IOException {
        Path own = folder.resolve("queue-" + runs++);
        int documentEvents = (int) order.number("documentEvents");
        long syncEvents = order.number("syncEvents");
        long events = order.number("events") / documentEvents * documentEvents;
        Bodies bodies = new Bodies((int) order.number("eventBytes"));
        SyncMode mode = syncEvents > 0 ? SyncMode.SYNC : SyncMode.NONE;
        Map<String, String> figures;
        try (ChronicleQueue queue =
                SingleChronicleQueueBuilder.binary(own).syncMode(mode).build()) {
            figures = append(queue, bodies, events, documentEvents, syncEvents);
            check(queue, bodies, events, documentEvents);
        }
        long bytes = bytes(own);
        if (bytes < events * bodies.length()) {
            throw new IllegalStateException(
                    "bytes of files: " + bytes + " (expected: >= " + events * bodies.length() + ")");
        }
        remove(own);
        return figures;
    }

    private Map<String, String> append(
            ChronicleQueue queue, Bodies bodies, long events, int documentEvents, long syncEvents) throws IOException {
        BytesStore<?, ?> from = BytesStore.wrap(bodies.buffer().duplicate().clear());
        long syncNanos = 0;
        int body = 0;
        try (ExcerptAppender appender = queue.createAppender()) {
            Stopwatch watch = Stopwatch.start(folder);
            long unsynced = 0;
            for (long i = 0; i < events; i += documentEvents) {
                try (DocumentContext document = appender.writingDocument()) {
                    Bytes<?> to = document.wire().bytes();
                    for (int j = 0; j < documentEvents; j++) {
                        if (documentEvents > 1) {
                            to.writeInt(bodies.length());
                        }
                        to.write(from, (long) bodies.offset(body), (long) bodies.length());
                        body = body + 1 == bodies.count() ? 0 : body + 1;
                    }
                }
                unsynced += documentEvents;
                if (syncEvents > 0 && unsynced >= syncEvents) {
                    long since = System.nanoTime();
                    appender.sync();
                    syncNanos += System.nanoTime() - since;
                    unsynced = 0;
                }
            }
            Map<String, String> figures = new LinkedHashMap<>(watch.stop(events, events * bodies.length()));
            figures.put("syncNanos", Long.toString(syncNanos));
            return figures;
        }
    }

    private static void check(ChronicleQueue queue, Bodies bodies, long events, int documentEvents) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(bodies.length());
        BytesStore<?, ByteBuffer> into = BytesStore.wrap(bytes);
        CRC32C crc = new CRC32C();
        long found = 0;
        try (ExcerptTailer tailer = queue.createTailer()) {
            while (true) {
                try (DocumentContext document = tailer.readingDocument()) {
                    if (!document.isPresent()) {
                        break;
                    }
                    Bytes<?> from = document.wire().bytes();
                    for (int j = 0; j < documentEvents; j++) {
                        if (documentEvents > 1 && from.readInt() != bodies.length()) {
                            throw new IllegalStateException("event " + found + ": another length");
                        }
                        from.copyTo(into);
                        from.readSkip(bodies.length());
                        crc.reset();
                        crc.update(bytes.clear());
                        if ((int) crc.getValue() != bodies.checksum((int) (found % bodies.count()))) {
                            throw new IllegalStateException("event " + found + ": another content");
                        }
                        found++;
                    }
                }
            }
        }
        if (found != events) {
            throw new IllegalStateException("events read: " + found + " (expected: " + events + ")");
        }
    }

    private static long bytes(Path own) throws IOException {
        try (Stream<Path> files = Files.list(own)) {
            long bytes = 0;
            for (Path file : (Iterable<Path>) files::iterator) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }

    private static void remove(Path own) throws IOException {
        try (Stream<Path> files = Files.walk(own)) {
            List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : all) {
                Files.delete(file);
            }
        }
    }
}
