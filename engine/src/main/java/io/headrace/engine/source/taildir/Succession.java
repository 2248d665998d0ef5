package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * Whether a new file, at a path where another one was, is that one's content saved anew, as editors do: they write a new
 * file and rename it over the old one, or rename the old one to a backup and write a new one.
 *
 * <p>It is, when it holds all that was read of the old one, byte for byte, and the old one does not live on under
 * another name than that of a backup. A file that lives on was rotated, whatever the new one contains. What cannot be
 * told yet, because the new file may still be written, is looked at again for a short time.
 *
 * <p>Owned by the source's thread.
 */
final class Succession {
    /** What is known. */
    enum Verdict {
        UNDECIDED,
        /** The new file continues the old one. */
        SAME,
        /** The new file is a file of its own. */
        OTHER
    }

    private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final long ENOUGH_BYTES = 1024;
    private static final List<String> BACKUP_SUFFIXES = List.of("~", ".bak", ".orig");

    private final TailedFile followed;
    private final InputRegistry.Entry entry;
    private final FileId id;
    private final long leftPosition;

    private final CRC32C crc = new CRC32C();
    private long summed;
    private Path backup;
    private boolean livesOnAsked;
    private boolean rotated;
    private boolean begun;
    private long beganNanos;
    private long grownNanos;
    private long size;
    private boolean hasContent;
    private boolean deleted;

    private Succession(TailedFile followed, InputRegistry.Entry entry, FileId id, long leftPosition) {
        this.followed = followed;
        this.entry = entry;
        this.id = id;
        this.leftPosition = leftPosition;
    }

    /** After a file that is followed. */
    static Succession of(TailedFile followed) {
        return new Succession(followed, followed.entry(), followed.id(), 0);
    }

    /** After a file that an earlier life left at this position. */
    static Succession of(InputRegistry.Entry entry, long position) {
        return new Succession(null, entry, entry.file(), position);
    }

    /** The file before, or null when an earlier life followed it. */
    TailedFile followed() {
        return followed;
    }

    /** What the file before is known as. */
    InputRegistry.Entry entry() {
        return entry;
    }

    /** The file before was deleted, and is followed no more. */
    void wasDeleted() {
        deleted = true;
    }

    /** Whether {@link #wasDeleted}. */
    boolean isDeleted() {
        return deleted;
    }

    /** Where the file before is now, when that is a backup's name; else null. */
    Path backup() {
        return backup;
    }

    /** Whether a file is named as editors name the backup of another one. */
    static boolean isBackup(Path found, Path of) {
        if (!found.resolveSibling(of.getFileName()).equals(of)) {
            return false;
        }
        String name = found.getFileName().toString();
        String original = of.getFileName().toString();
        return BACKUP_SUFFIXES.stream().anyMatch(suffix -> name.equals(original + suffix))
                || name.startsWith(original + ".~") && name.endsWith("~");
    }

    /** Looks at the new file, which is open and not empty. */
    Verdict look(TailedFile file, long fileSize, FolderIndex folders, ReadBudget budget, long nowNanos)
            throws IOException {
        hasContent = true;
        if (followed != null && followed.entry() != entry
                || !beginsAlike(file.channel(), fileSize)
                || isRotated(file.path(), folders)) {
            return Verdict.OTHER;
        }
        begin(nowNanos);
        long all = followed != null && followed.isOpen() ? followed.channel().size() : 0;
        if (fileSize < Math.max(all, needed()) && mayStillBeWritten(fileSize, nowNanos)) {
            return Verdict.UNDECIDED;
        }
        return fileSize < needed() ? Verdict.OTHER : compare(file.channel(), budget);
    }

    /**
     * Whether the file before is not to be read on now: what is written to it after it was saved is not in the new one, which
     * would be taken for another file then. Not for long, since the new one may stay empty, and what is in the old one may
     * be deleted with it when the source stops.
     *
     * @param path of the new file
     */
    boolean holdsBack(Path path, FolderIndex folders, long nowNanos) throws IOException {
        if (isRotated(path, folders)) {
            return false;
        }
        begin(nowNanos);
        return isComparing() || nowNanos - beganNanos < (hasContent ? 2 * LONGEST_NANOS : SETTLED_NANOS);
    }

    /** Whether the new file was read in part. */
    boolean isComparing() {
        return summed > 0;
    }

    private void begin(long nowNanos) {
        if (!begun) {
            begun = true;
            beganNanos = nowNanos;
            grownNanos = nowNanos;
        }
    }

    private boolean isRotated(Path path, FolderIndex folders) throws IOException {
        if (!livesOnAsked) {
            rotated = livesOn(path, folders);
            livesOnAsked = true;
        }
        return rotated;
    }

    private long position() {
        return followed != null ? followed.position() : leftPosition;
    }

    private ContentSum sum() {
        return followed != null ? followed.content().sum() : entry.sum();
    }

    private Fingerprint tail() {
        return followed != null ? followed.content().tailFingerprint(followed.position()) : entry.tail();
    }

    private long needed() {
        return Math.max(Math.max(position(), sum().length()), tail().offset() + tail().length());
    }

    private boolean beginsAlike(FileChannel channel, long fileSize) throws IOException {
        Fingerprint head = entry.head();
        if (fileSize >= head.length()) {
            return head.matches(channel);
        }
        return followed == null
                || !followed.isOpen()
                || Fingerprint.read(followed.channel(), 0, (int) fileSize).matches(channel);
    }

    /** Whether the file before has another name that is not a backup's: it was rotated. */
    private boolean livesOn(Path path, FolderIndex folders) throws IOException {
        long names = followed == null ? -1 : followed.names();
        if (names == 0) {
            return false;
        }
        Path found = folders.find(id, path.getParent());
        if (found == null || names < 0 && !entry.isAt(found)) {
            return names > 0;
        }
        if (isBackup(found, path)) {
            backup = found;
            return false;
        }
        return true;
    }

    private boolean mayStillBeWritten(long fileSize, long nowNanos) {
        if (fileSize != size) {
            size = fileSize;
            grownNanos = nowNanos;
        }
        return nowNanos - grownNanos < SETTLED_NANOS && nowNanos - beganNanos < LONGEST_NANOS;
    }

    private Verdict compare(FileChannel channel, ReadBudget budget) throws IOException {
        ContentSum sum = sum();
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, Math.max(1, sum.length() - summed)));
        while (summed < sum.length()) {
            if (budget.isSpent()) {
                return Verdict.UNDECIDED;
            }
            chunk.clear().limit((int) Math.min(chunk.capacity(), sum.length() - summed));
            int bytes = channel.read(chunk, summed);
            if (bytes <= 0) {
                return Verdict.OTHER;
            }
            crc.update(chunk.flip());
            summed += bytes;
            budget.spend(bytes);
        }
        boolean same = summed == sum.length() && (int) crc.getValue() == sum.crc() && tail().matches(channel);
        return same && reachesPosition(channel, sum) ? Verdict.SAME : Verdict.OTHER;
    }

    /** Where less is known than was read, as after a kill, what is known must be much and end with a line. */
    private boolean reachesPosition(FileChannel channel, ContentSum sum) throws IOException {
        long position = position();
        if (followed != null || sum.length() >= position || entry.head().length() >= position) {
            return true;
        }
        ByteBuffer last = ByteBuffer.allocate(1);
        return channel.read(last, position - 1) == 1 && isEnough(sum, last.get(0));
    }

    /** Whether so much of a file is enough to know it by, though more was read, which ends with that byte. */
    static boolean isEnough(ContentSum known, byte last) {
        return known.length() >= ENOUGH_BYTES && last == '\n';
    }
}
