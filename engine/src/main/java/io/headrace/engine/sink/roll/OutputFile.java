package io.headrace.engine.sink.roll;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file in progress. It has two lengths: what commits cover, and what is written; after a failed delivery it is cut
 * back to the first. Owned by the sink's thread.
 */
final class OutputFile {
    private static final Logger LOG = LoggerFactory.getLogger(OutputFile.class);

    private final String partition;
    private final long index;
    private final String name;
    private final Path path;
    private final long begunMillis;

    private final DirectWrites directWrites;

    private FileChannel channel;

    /** Around the page cache; null until it is wanted. */
    private FileChannel direct;

    /** The last bytes of what is {@link #written}, less than a block, which are not in the file yet. */
    private ByteBuffer pending;

    private long committed;
    private long written;
    private boolean unsynced;
    private boolean touched;
    private boolean rolled;
    private long rolledUnder = Long.MAX_VALUE;
    private boolean completed;

    /**
     * @param name when it is completed
     * @param path while it is in progress
     * @param committed bytes that a commit covers
     */
    OutputFile(
            String partition,
            long index,
            String name,
            Path path,
            long committed,
            long begunMillis,
            DirectWrites directWrites) {
        this.directWrites = directWrites;
        this.partition = partition;
        this.index = index;
        this.name = name;
        this.path = path;
        this.committed = committed;
        this.written = committed;
        this.begunMillis = begunMillis;
    }

    String partition() {
        return partition;
    }

    long index() {
        return index;
    }

    String name() {
        return name;
    }

    Path path() {
        return path;
    }

    long begunMillis() {
        return begunMillis;
    }

    /** Bytes that a commit covers. */
    long committed() {
        return committed;
    }

    long written() {
        return written;
    }

    boolean isRolled() {
        return rolled;
    }

    /** Nothing more is written to it. */
    void roll() {
        rolled = true;
    }

    /** The version of the token that says so first; {@link Long#MAX_VALUE} until it is known. */
    long rolledUnder() {
        return rolledUnder;
    }

    void rolledUnder(long version) {
        rolledUnder = version;
    }

    /** Whether it has its final name. */
    boolean isCompleted() {
        return completed;
    }

    void completed() {
        completed = true;
    }

    boolean isOpen() {
        return channel != null;
    }

    /** One that holds something is not made anew: what stands before would be a hole. */
    void open() throws IOException {
        try {
            channel = written > 0
                    ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                    : FileChannel.open(
                            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failure("open", e);
        }
    }

    /** Where in its block the next byte goes; what is appended has this position in its buffer. */
    int offsetInBlock() {
        return (int) (written % DirectWrites.BLOCK);
    }

    /**
     * Appends what is between the buffer's position, which is {@link #offsetInBlock}, and its limit. What is before the
     * position is overwritten.
     *
     * @param bytes begins at a multiple of {@link DirectWrites#BLOCK}
     */
    void append(ByteBuffer bytes) throws IOException {
        unsynced = true;
        long at = written;
        try {
            if (directWrites.takes(bytes.limit())) {
                appendBlocks(bytes);
                return;
            }
            writePending();
            while (bytes.hasRemaining()) {
                written += channel.write(bytes, written);
            }
        } catch (IOException e) {
            throw failure("write at " + at, e);
        }
    }

    /** Writes whole blocks, also the one that was begun, around the page cache; the rest has to wait. */
    private void appendBlocks(ByteBuffer bytes) throws IOException {
        int begun = bytes.position();
        int end = bytes.limit();
        int blocks = end - end % DirectWrites.BLOCK;
        long at = written - begun;
        bytes.limit(begun).position(0);
        if (pending != null && pending.hasRemaining()) {
            bytes.put(pending);
        } else {
            while (bytes.hasRemaining() && channel.read(bytes, at + bytes.position()) > 0) {
                // until all is read
            }
        }
        if (bytes.hasRemaining()) {
            throw new IOException("ends at " + (at + bytes.position()) + " (expected: " + written + " bytes)");
        }
        bytes.limit(blocks).position(0);
        try {
            if (direct == null) {
                direct = directWrites.open(path);
            }
            while (bytes.hasRemaining()) {
                direct.write(bytes, at + bytes.position());
            }
        } catch (IOException | UnsupportedOperationException e) {
            directWrites.failed();
            throw new IOException("around the page cache: " + e.getMessage(), e);
        }
        if (pending == null) {
            pending = ByteBuffer.allocate(DirectWrites.BLOCK);
        }
        bytes.limit(end).position(blocks);
        pending.clear();
        pending.put(bytes).flip();
        written = at + end;
    }

    private void writePending() throws IOException {
        while (pending != null && pending.hasRemaining()) {
            channel.write(pending, written - pending.remaining());
        }
    }

    /** Whether something was written since the last sync; the file may have been closed since. */
    boolean isUnsynced() {
        return unsynced;
    }

    void sync() throws IOException {
        try {
            writePending();
            channel.force(false);
        } catch (IOException e) {
            throw failure("sync", e);
        }
        unsynced = false;
    }

    /** Whether the delivery under way wrote to it. */
    boolean isTouched() {
        return touched;
    }

    void touch() {
        touched = true;
    }

    /** A commit covers what is written. */
    void accept() {
        committed = written;
        touched = false;
    }

    /** A commit covers so much of what is written. */
    void acceptUpTo(long length) {
        committed = length;
    }

    /**
     * Cuts off what no commit covers, after a failure; not open. Somebody may have removed the file, which is noticed when
     * it is to be written next.
     */
    void cutBack() throws IOException {
        try (FileChannel cut = FileChannel.open(path, StandardOpenOption.WRITE)) {
            cut.truncate(committed);
            cut.force(false);
        } catch (NoSuchFileException e) {
            LOG.warn("{}: missing, nothing to cut", path);
        } catch (IOException e) {
            throw failure("cut to " + committed, e);
        }
        written = committed;
        unsynced = false;
    }

    /** What is not in the file yet needn't get there. */
    void dropPending() {
        pending = null;
    }

    /** Closes the handles. */
    void close() throws IOException {
        FileChannel open = channel;
        FileChannel around = direct;
        try (open;
                around) {
            if (open != null) {
                writePending();
            }
            pending = null;
        } catch (IOException e) {
            throw failure("close", e);
        } finally {
            channel = null;
            direct = null;
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private IOException failure(String step, IOException cause) {
        return new IOException(path + ": " + step + ": " + RollFolder.reason(cause), cause);
    }
}
