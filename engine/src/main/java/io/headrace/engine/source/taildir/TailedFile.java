package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.SourceInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/** One file that is followed: who it is, how far it was read, when to look at it again. Owned by the source's thread. */
final class TailedFile implements AutoCloseable {
    private final FileId id;
    private final Map<String, String> headers;

    private Path path;
    private boolean listed = true;
    private FileChannel channel;
    private InputRegistry.Entry entry;
    private SourceInput input;

    private long position;
    private long startPosition;
    private long markedPosition;
    private long scannedPosition;
    private long heldAt;
    private final byte[] tail = new byte[InputRegistry.TAIL_BYTES];
    private int tailLength;

    private long seenSize;
    private long grownAtNanos;
    private long checkAtNanos;
    private int idleLooks;

    TailedFile(FileId id, Path path, Map<String, String> headers, long nowNanos) {
        this.id = id;
        this.path = path;
        this.headers = headers;
        this.grownAtNanos = nowNanos;
        this.checkAtNanos = nowNanos;
    }

    FileId id() {
        return id;
    }

    Path path() {
        return path;
    }

    void renamedTo(Path newPath) {
        path = newPath;
    }

    /** Headers of all events of this file. */
    Map<String, String> headers() {
        return headers;
    }

    /** Whether the last listing had it. */
    boolean isListed() {
        return listed;
    }

    void setListed(boolean isListed) {
        listed = isListed;
    }

    boolean isOpen() {
        return channel != null;
    }

    FileChannel channel() {
        return channel;
    }

    /**
     * Opens the file.
     *
     * @return false when its path leads to another file by now
     */
    boolean open() throws IOException {
        FileChannel opened = FileChannel.open(path, StandardOpenOption.READ);
        boolean same = false;
        try {
            // Between looking and opening the file may have been replaced: look again.
            same = FileId.of(path).id().equals(id);
        } finally {
            if (!same) {
                opened.close();
            }
        }
        channel = same ? opened : null;
        return same;
    }

    /** Whether it is known to the channels: it is once it has content. */
    boolean isIdentified() {
        return input != null;
    }

    InputRegistry.Entry entry() {
        return entry;
    }

    SourceInput input() {
        return input;
    }

    /** From now on content belongs to this input, from {@code start} on. */
    void identify(InputRegistry.Entry newEntry, SourceInput newInput, long start) {
        entry = newEntry;
        input = newInput;
        startPosition = start;
        markedPosition = start;
        heldAt = 0;
        moveTo(start);
        tailLength = 0;
    }

    /** Reads the bytes before {@link #position()}, by which a later truncation is noticed. */
    void readTail() throws IOException {
        int length = (int) Math.min(position, tail.length);
        ByteBuffer bytes = ByteBuffer.wrap(tail, 0, length);
        while (bytes.hasRemaining() && channel.read(bytes, position - bytes.remaining()) > 0) {
            // until all is read or the file ends
        }
        tailLength = bytes.hasRemaining() ? 0 : length;
    }

    /** The file starts anew: its old input ends. */
    void forgetIdentity() {
        if (input != null) {
            input.close();
        }
        identify(null, null, 0);
    }

    /** Up to here the content is in frames. */
    long position() {
        return position;
    }

    /** Up to here the content is in frames. */
    void moveTo(long newPosition) {
        position = newPosition;
        scannedPosition = Math.max(scannedPosition, newPosition);
        if (newPosition == 0) {
            scannedPosition = 0;
        }
    }

    /**
     * Reads on only when the channels acknowledged all before the position, which is within a line. After a kill that
     * line is read as a whole if no channel stopped within it. Had one channel lost the beginning while another one has
     * the end, the whole line could go to the first, and the end would be there twice; or to the second, which would
     * drop it, and the beginning would be lost.
     */
    void hold() {
        heldAt = position;
    }

    /** Whether what is before {@link #hold()} is not acknowledged yet. */
    boolean isHeld() {
        if (heldAt > 0 && input.acknowledgedPosition() >= heldAt) {
            heldAt = 0;
        }
        return heldAt > 0;
    }

    /** From {@link #position()} up to here there is no line feed. */
    long scannedPosition() {
        return scannedPosition;
    }

    void scannedTo(long scanned) {
        scannedPosition = scanned;
    }

    /** Up to here nothing will be needed again. */
    long safePosition() {
        return input == null ? 0 : Math.max(startPosition, input.safePosition());
    }

    /** Tells channels that got nothing lately where the source is. */
    void markIfMoved() {
        if (input != null && position > markedPosition) {
            input.mark(position);
            markedPosition = position;
        }
    }

    /** The bytes before {@link #position()}, as many as are known. */
    byte[] tail() {
        return tail;
    }

    int tailLength() {
        return tailLength;
    }

    void setTailLength(int length) {
        tailLength = length;
    }

    /** The bytes before {@link #position()}, for recognising the file later. */
    Fingerprint tailFingerprint() {
        CRC32C crc = new CRC32C();
        crc.update(tail, 0, tailLength);
        return new Fingerprint(position - tailLength, tailLength, (int) crc.getValue());
    }

    /** Notes the size; tells whether it changed. */
    boolean sawSize(long size, long nowNanos) {
        if (size == seenSize) {
            return false;
        }
        seenSize = size;
        grownAtNanos = nowNanos;
        return true;
    }

    long seenSize() {
        return seenSize;
    }

    /** When its size changed last. */
    long grownAtNanos() {
        return grownAtNanos;
    }

    boolean isDue(long nowNanos) {
        return checkAtNanos - nowNanos <= 0;
    }

    /** Looks again at once. */
    void busy(long nowNanos) {
        idleLooks = 0;
        checkAtNanos = nowNanos;
    }

    /** Looks again after a pause that grows. */
    void pause(long nowNanos, long incrementNanos, long longestNanos) {
        idleLooks = Math.min(idleLooks + 1, 1_000_000);
        checkAtNanos = nowNanos + Math.min(longestNanos, incrementNanos * idleLooks);
    }

    /** Closes the handle; the file is still followed. */
    void closeHandle() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() throws IOException {
        if (input != null) {
            input.close();
        }
        closeHandle();
    }

    @Override
    public String toString() {
        return path + " (inode " + id.inode() + ", position " + position + ")";
    }
}
