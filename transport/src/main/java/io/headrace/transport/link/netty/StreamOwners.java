package io.headrace.transport.link.netty;

import io.headrace.transport.EventLoops;
import io.headrace.wal.StreamId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

/**
 * Whose each stream is (R20): who first sends it, by certificate or token, is its owner from then on, also after a restart.
 * The file has a line {@code STREAM OWNER} for each, forced to disk before the first frame is taken; a last line without an end is
 * one that was never promised. An owner keeps its {@value #MOST_STREAMS} latest streams, so that nobody can make others' be
 * forgotten.
 *
 * <p>Safe for any thread; only {@link #open} blocks.
 */
final class StreamOwners implements AutoCloseable {
    static final String FILE = "stream-owners";
    static final int MOST_STREAMS = 10_000;

    /** A stream in one of the ways in which it is owned: {@code certificate} and {@code token} do not mix. */
    private record Key(StreamId stream, String kind) {}

    /** @param written done when the line is on disk */
    private record Claim(String owner, CompletableFuture<Void> written) {}

    private final Path file;
    private final int mostStreams;
    private final ExecutorService writer = EventLoops.oneThread("headrace-stream-owners");
    private final Map<Key, Claim> claims = new HashMap<>();
    private final Map<String, LinkedHashMap<Key, Boolean>> streamsOf = new HashMap<>();
    private final FileChannel channel;

    private StreamOwners(Path file, int mostStreams) throws IOException {
        this.file = file;
        this.mostStreams = mostStreams;
        read();
        rewrite();
        this.channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    /** @throws IOException also when the file has lines that nobody here wrote */
    static StreamOwners open(Path folder) throws IOException {
        return open(folder, MOST_STREAMS);
    }

    static StreamOwners open(Path folder, int mostStreams) throws IOException {
        return new StreamOwners(folder.resolve(FILE), mostStreams);
    }

    /** Whether {@code owner} may send the stream: it is its own, or nobody's yet. */
    boolean isOpenTo(StreamId stream, String kind, String owner) {
        synchronized (claims) {
            Claim known = claims.get(new Key(stream, kind));
            return known == null || known.owner().equals(owner);
        }
    }

    /**
     * Makes the stream the owner's; the result, which comes on any thread, says whether it is, and fails when that cannot be
     * written.
     */
    CompletableFuture<Boolean> claim(StreamId stream, String kind, String owner) {
        Key key = new Key(stream, kind);
        synchronized (claims) {
            Claim known = claims.get(key);
            if (known != null) {
                boolean own = known.owner().equals(owner);
                return own ? known.written().thenApply(done -> true) : CompletableFuture.completedFuture(false);
            }
            Claim claim = new Claim(owner, new CompletableFuture<>());
            note(key, claim);
            writer.execute(() -> write(key, claim));
            return claim.written().thenApply(done -> true);
        }
    }

    private void note(Key key, Claim claim) {
        claims.put(key, claim);
        LinkedHashMap<Key, Boolean> own =
                streamsOf.computeIfAbsent(key.kind() + ' ' + claim.owner(), owner -> new LinkedHashMap<>());
        own.put(key, true);
        if (own.size() > mostStreams) {
            Iterator<Key> oldest = own.keySet().iterator();
            claims.remove(oldest.next());
            oldest.remove();
        }
    }

    private void write(Key key, Claim claim) {
        try {
            append(ByteBuffer.wrap(line(key, claim).getBytes(StandardCharsets.UTF_8)));
            claim.written().complete(null);
        } catch (IOException e) {
            synchronized (claims) {
                claims.remove(key, claim);
                streamsOf.get(key.kind() + ' ' + claim.owner()).remove(key);
            }
            claim.written().completeExceptionally(new IOException(file + ": " + e.getMessage(), e));
        }
    }

    /** As {@link StreamId#toString} writes it. */
    private static StreamId stream(String text) {
        StreamId stream = text.length() == 32
                ? new StreamId(
                        Long.parseUnsignedLong(text.substring(0, 16), 16),
                        Long.parseUnsignedLong(text.substring(16), 16))
                : null;
        if (stream == null || !stream.toString().equals(text)) {
            throw new IllegalArgumentException(text);
        }
        return stream;
    }

    private void append(ByteBuffer line) throws IOException {
        long end = channel.size();
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(true);
        } catch (IOException e) {
            if (channel.isOpen()) {
                // Half a line must not become the beginning of the next one.
                channel.truncate(end);
            }
            throw e;
        }
    }

    private static String line(Key key, Claim claim) {
        return key.stream() + " " + key.kind() + ' ' + claim.owner() + '\n';
    }

    private void read() throws IOException {
        if (!Files.exists(file)) {
            Files.createDirectories(file.getParent());
            return;
        }
        String text = Files.readString(file, StandardCharsets.UTF_8);
        List<String> lines =
                text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String[] parts = lines.get(i).split(" ", 3);
            try {
                note(new Key(stream(parts[0]), parts[1]), new Claim(parts[2], CompletableFuture.completedFuture(null)));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new IOException(
                        file + ": line " + (i + 1) + ": " + lines.get(i) + " (expected: STREAM KIND OWNER)", e);
            }
        }
    }

    /** Without what is forgotten or never was whole. */
    private void rewrite() throws IOException {
        Path draft = file.resolveSibling(FILE + ".new");
        StringBuilder all = new StringBuilder();
        streamsOf.values().forEach(own -> own.keySet().forEach(key -> all.append(line(key, claims.get(key)))));
        try (FileChannel out = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(all.toString().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** Claims that are not written yet fail. */
    @Override
    public void close() throws IOException {
        writer.shutdown();
        channel.close();
    }
}
