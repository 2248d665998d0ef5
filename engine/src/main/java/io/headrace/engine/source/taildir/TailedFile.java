package io.headrace.engine.source.taildir;

import io.headrace.engine.channel.SourceInput;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** One file that is followed: who it is, how far it was read, when to look at it again. Owned by the source's thread. */
final class TailedFile implements AutoCloseable {
    private static final long UNKNOWN = Long.MIN_VALUE;
    private static final long COARSEST_TIME_NANOS = 100_000_000;

    private final FileId id;
    private final OpenFiles openFiles;
    private final Pauses pauses;
    private final ReadContent content = new ReadContent();

    private Map<String, String> headers;
    private Path headersPath;
    private Path path;
    private Path knownPath;
    private boolean listed = true;
    private boolean replaced;
    private boolean copy;
    private TailedFile successor;
    private Succession succession;
    private String failure;
    private FileChannel channel;
    private InputRegistry.Entry entry;
    private SourceInput input;

    private long position;
    private long startPosition;
    private long markedPosition;
    private long scannedPosition;
    private long heldAt;

    private long seenSize;
    private long sizeBefore;
    private long seenModification = UNKNOWN;
    private boolean uncompared;
    private long grownAtNanos;

    TailedFile(FileId id, Path path, Map<String, String> headers, OpenFiles openFiles, long nowNanos) {
        this.id = id;
        this.path = path;
        this.knownPath = path;
        this.headersPath = path;
        this.headers = headers;
        this.openFiles = openFiles;
        this.grownAtNanos = nowNanos;
        pauses = new Pauses(nowNanos);
    }

    /** When it is to be looked at. */
    Pauses pauses() {
        return pauses;
    }

    /** What was read before {@link #position()}. */
    ReadContent content() {
        return content;
    }

    FileId id() {
        return id;
    }

    Path path() {
        return path;
    }

    /** The path by which a group covers it, or covered it before it was renamed or copied. */
    Path knownPath() {
        return knownPath;
    }

    /** It was listed under another name. */
    void renamedTo(Path newPath) {
        path = newPath;
        knownPath = newPath;
    }

    /** It is another file than the one at this path, but came from there. */
    void knownAs(Path newKnownPath) {
        knownPath = newKnownPath;
    }

    /** It is a copy of a file, with what that one had by now. */
    void copyOf(TailedFile original) {
        knownPath = original.knownPath;
        listed = false;
        copy = true;
    }

    /** Whether it was found to be the copy of a file that was truncated. */
    boolean isCopy() {
        return copy;
    }

    /** It was found under a name that no group lists. */
    void movedTo(Path newPath) {
        path = newPath;
    }

    /** Headers of all events of this file. */
    Map<String, String> headers() {
        return headers;
    }

    /** Whether the headers were made for a file of this path. */
    boolean headersAreOf(Path other) {
        return headersPath.equals(other);
    }

    void setHeaders(Map<String, String> newHeaders, Path newPath) {
        headers = newHeaders;
        headersPath = newPath;
    }

    /** Whether the last listing had it. */
    boolean isListed() {
        return listed;
    }

    void setListed(boolean isListed) {
        listed = isListed;
    }

    /** Whether another file, which continues its content, was put in its place. */
    boolean isReplaced() {
        return replaced;
    }

    /** Which file this one may continue, or null; until that is decided it is not read. */
    Succession succession() {
        return succession;
    }

    void setSuccession(Succession newSuccession) {
        awaitsVerdict(succession, null);
        succession = newSuccession;
        awaitsVerdict(succession, this);
    }

    private static void awaitsVerdict(Succession of, TailedFile newSuccessor) {
        if (of != null && of.followed() != null) {
            of.followed().successor = newSuccessor;
        }
    }

    /** Whether another file is at its path that may be its content saved anew: that is not known yet. */
    boolean mayBeSucceeded() {
        return successor != null;
    }

    /** The file that may be its content saved anew, or null. */
    TailedFile successor() {
        return successor;
    }

    /** Notes why it cannot be read, null when it can; tells whether that is new. */
    boolean fails(String reason) {
        boolean isNew = !Objects.equals(reason, failure);
        failure = reason;
        return isNew;
    }

    boolean isOpen() {
        return channel != null;
    }

    /** Whether its path leads to it now. */
    boolean isAtItsPath() {
        try {
            return FileId.of(path).id().equals(id);
        } catch (IOException e) {
            // Whatever the reason, it could not be opened again.
            return false;
        }
    }

    /** How many names it has: {@link OpenFiles#names}. */
    long names() {
        return openFiles.names(this);
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
        return openBeside(null);
    }

    /** As {@link #open}, and does not close that file, where one must be closed for it. */
    boolean openBeside(TailedFile needed) throws IOException {
        openFiles.makeRoom(needed);
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
        if (same) {
            openFiles.opened(this);
        }
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
        scannedPosition = start;
        content.begin(newEntry == null ? ContentSum.EMPTY : newEntry.sum());
    }

    /** From now on this file, a copy, is what the other one was, which begins anew. */
    void inheritCopied(TailedFile other, InputRegistry.Entry newEntry) {
        inherit(other, newEntry);
        other.replaced = false;
    }

    /** From now on this file is what the other one was, which keeps nothing but its open handle. */
    void inherit(TailedFile other, InputRegistry.Entry newEntry) {
        entry = newEntry;
        input = other.input;
        startPosition = other.startPosition;
        markedPosition = other.markedPosition;
        moveTo(other.position);
        scannedPosition = other.position;
        content.inherit(other.content);
        other.input = null;
        other.replaced = true;
        other.identify(null, null, 0);
        other.seenSize = 0;
    }

    /** The file starts anew: its old input ends. */
    void forgetIdentity() {
        if (input != null) {
            input.close();
        }
        identify(null, null, 0);
        seenSize = 0;
        sizeBefore = 0;
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
     * Reads on only when all channels keep that the source is at the position, which is within a line. If a later life
     * could begin below it, that line would be read as a whole, or cut elsewhere; with its beginning in one channel and its
     * end in another, the whole would be taken for one or the other, and a part of it would be doubled or lost.
     */
    void hold() {
        heldAt = position;
    }

    /** Whether not every channel keeps yet that the source is where {@link #hold()} was called. */
    boolean isHeld() {
        if (heldAt > 0 && input.acknowledgedPosition() >= heldAt && input.isPassedByAll(heldAt)) {
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

    /** Notes the size; tells whether it changed. */
    boolean sawSize(long size, long nowNanos) {
        sizeBefore = seenSize;
        if (size == seenSize) {
            return false;
        }
        seenSize = size;
        grownAtNanos = nowNanos;
        openFiles.grew(this);
        return true;
    }

    /** It was read up to here in this look, and still was what it was. */
    void sawUpTo(long offset) {
        sizeBefore = Math.max(sizeBefore, offset);
    }

    /** Bytes that were seen in the file, at the look before the last one or since, and are in no frame. */
    long unreadBefore() {
        return Math.max(0, sizeBefore - position);
    }

    /**
     * Notes the time of the last modification; tells whether there may have been one since. A time that is too fresh
     * proves nothing, since another modification may get the same.
     */
    boolean sawModification(long modifiedNanos, long nowMillis) {
        boolean modified = modifiedNanos != seenModification;
        uncompared |= modified;
        boolean settled = TimeUnit.MILLISECONDS.toNanos(nowMillis) - modifiedNanos > COARSEST_TIME_NANOS;
        seenModification = settled ? modifiedNanos : UNKNOWN;
        return modified;
    }

    /** Whether a modification was seen, as before a closed file is opened, since what was read was compared last. */
    boolean isModified() {
        return uncompared;
    }

    /** What was read is compared with what is there now. */
    void comparesContent() {
        uncompared = false;
    }

    /** Whether there are bytes in which no line feed was looked for. */
    boolean hasUnscanned() {
        return input != null && scannedPosition < seenSize;
    }

    long seenSize() {
        return seenSize;
    }

    /** When its size changed last. */
    long grownAtNanos() {
        return grownAtNanos;
    }

    /** Closes the handle; the file is still followed. */
    void closeHandle() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            openFiles.closed(this);
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
