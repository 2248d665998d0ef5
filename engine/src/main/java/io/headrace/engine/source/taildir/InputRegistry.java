package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Under which id each file is known to the channels. An id is made once, from device, inode and the checksum of what the
 * file began with at that moment ({@code file:DEVICE:INODE:LENGTH:CRC}), and does not change while the file grows. A file
 * that reuses an inode, or starts anew after a truncation, gets another id, with a running number when the checksum is
 * the same; without that, channels would take its first bytes for what they already have.
 *
 * <p>A file is recognised by what it begins with and by what stood before the position that was read last. An id is on
 * disk before the first frame under it is put. Owned by the source's thread.
 */
final class InputRegistry {
    /** Bytes at the beginning of a file that go into its id. */
    static final int HEAD_BYTES = 256;

    /** Bytes before a position by which a file is recognised. */
    static final int TAIL_BYTES = 64;

    private static final long KEPT_UNSEEN_MILLIS = TimeUnit.DAYS.toMillis(30);
    private static final long KEPT_RETIRED_MILLIS = TimeUnit.DAYS.toMillis(1);
    private static final long EXPIRY_INTERVAL_MILLIS = TimeUnit.HOURS.toMillis(1);
    private static final long MOST_COMPARED_BYTES = 256 * 1024 * 1024;

    /** What is known of one file. */
    static final class Entry {
        final String id;
        final String base;
        final FileId file;
        final Fingerprint head;
        Fingerprint tail;
        ContentSum sum = ContentSum.EMPTY;
        String path;
        long seenMillis;
        long begin;
        long safe;
        boolean retired;

        /** Whether the registry was told in this life what was read: the notes have only what came since. */
        boolean told;

        /** Whether it was renamed out of the pattern, or is a copy, and is followed to its end only. */
        boolean left;

        Entry(String id, String base, FileId file, Fingerprint head, Fingerprint tail, String path, long seenMillis) {
            this.id = id;
            this.base = base;
            this.file = file;
            this.head = head;
            this.tail = tail;
            this.path = path;
            this.seenMillis = seenMillis;
        }

        /** The name of the input. */
        String id() {
            return id;
        }

        /** The file that was known under it last. */
        FileId file() {
            return file;
        }

        /** Where the file was last; empty when another one took its place. */
        String path() {
            return path;
        }

        /** What the file began with when it became known. */
        Fingerprint head() {
            return head;
        }

        /** What stood before the position that was read last. */
        Fingerprint tail() {
            return tail;
        }

        /** All that was read from the beginning, as far as it is known. */
        ContentSum sum() {
            return sum;
        }

        /** Where reading began: what was before it is skipped in every life. */
        long begin() {
            return begin;
        }

        /**
         * Up to where nothing will be needed again, as far as it was noted; -1 when an older version noted none. The position
         * file has that of inodes: it may be of what the file held before it was truncated, and is believed no more than this.
         */
        long safe() {
            return safe;
        }

        /** Before {@link #save}. */
        void beginAt(long position) {
            begin = position;
        }

        /** How many files with the same beginning had the inode before. */
        int number() {
            return id.equals(base) ? 0 : Integer.parseInt(id.substring(base.length() + 1));
        }

        /** Whether a file, which has the same inode, is the one that was known: an inode is soon used again. */
        boolean isAt(Path found) throws IOException {
            try (FileChannel channel = FileChannel.open(found, StandardOpenOption.READ)) {
                return matches(channel);
            } catch (NoSuchFileException e) {
                return false;
            }
        }

        /** Whether the open file, which has the same inode, is the one that was known under this entry. */
        boolean matches(FileChannel open) throws IOException {
            return !retired && head.matches(open) && tail.matches(open) && holdsWhatIsNoted(open);
        }

        /** What was noted before a kill goes beyond the tail, and is all there is to know a file by that was just begun. */
        private boolean holdsWhatIsNoted(FileChannel open) throws IOException {
            boolean beyond = sum.length() > tail.offset() + tail.length();
            return !beyond || sum.length() > MOST_COMPARED_BYTES || sum.isOf(open);
        }
    }

    private final Path path;
    private final ReadNotes notes;
    private final Map<FileId, List<Entry>> entries = new HashMap<>();

    /** The highest running number for each base. */
    private final Map<String, Integer> numbers = new HashMap<>();

    /** What an earlier life left, by the path it had. */
    private final Map<String, Entry> leftAt = new LinkedHashMap<>();

    /** What an earlier life left and another file may be in the place of. */
    private final List<Entry> leftElsewhere = new ArrayList<>();

    private boolean found;
    private boolean unsaved;
    private boolean retiredUnsaved;
    private long expiredAtMillis;

    /** @param notes what was read since it was written */
    InputRegistry(Path path, ReadNotes notes) {
        this.path = path;
        this.notes = notes;
    }

    Path path() {
        return path;
    }

    /** Whether an earlier life left a registry: what it does not hold is new. */
    boolean wasFound() {
        return found;
    }

    /** Whether an id was made that is not on disk yet. */
    boolean isUnsaved() {
        return unsaved;
    }

    /** Whether an entry was retired that is not so on disk yet: a later life would take its inode's next file for it. */
    boolean isRetiredUnsaved() {
        return retiredUnsaved;
    }

    /**
     * Reads what an earlier life left.
     *
     * @throws DamagedFileException when the content is not a registry
     */
    void load(long nowMillis) throws IOException {
        byte[] content;
        try {
            content = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return;
        }
        List<Entry> read = RegistryCodec.decode(content, path);
        read.removeIf(entry -> isExpired(entry, nowMillis));
        Map<String, ContentSum> noted = notes.read();
        for (Entry entry : read) {
            ContentSum sum = noted.get(entry.id);
            entry.sum = sum != null && sum.length() > entry.sum.length() ? sum : entry.sum;
            loaded(entry);
        }
        found = true;
    }

    private void loaded(Entry entry) {
        keep(entry);
        if (entry.retired || entry.path.isEmpty()) {
            return;
        }
        Entry other = entry.left ? entry : leftAt.put(entry.path, entry);
        if (other != null && other != entry && other.seenMillis > entry.seenMillis) {
            leftAt.put(entry.path, other);
            other = entry;
        }
        if (other != null) {
            leftElsewhere.add(other);
        }
    }

    private void keep(Entry entry) {
        entries.computeIfAbsent(entry.file, key -> new ArrayList<>()).add(entry);
        numbers.merge(entry.base, entry.number(), Math::max);
    }

    /**
     * Forgets what is not needed any more: where files come and go it would else grow without end. Channels still know the
     * ids, which are not given again while they do.
     *
     * @param followed what is not to be forgotten, however long it was not seen
     */
    void expire(long nowMillis, Supplier<Set<Entry>> followed) {
        if (nowMillis - expiredAtMillis < EXPIRY_INTERVAL_MILLIS) {
            return;
        }
        expiredAtMillis = nowMillis;
        Set<Entry> kept = followed.get();
        Set<String> bases = new HashSet<>();
        for (Iterator<List<Entry>> all = entries.values().iterator(); all.hasNext(); ) {
            List<Entry> ofFile = all.next();
            ofFile.removeIf(entry -> !kept.contains(entry) && isExpired(entry, nowMillis));
            ofFile.forEach(entry -> bases.add(entry.base));
            if (ofFile.isEmpty()) {
                all.remove();
            }
        }
        numbers.keySet().retainAll(bases);
    }

    private static boolean isExpired(Entry entry, long nowMillis) {
        long unseen = nowMillis - entry.seenMillis;
        return entry.retired ? unseen >= KEPT_RETIRED_MILLIS : unseen >= KEPT_UNSEEN_MILLIS && !isThere(entry);
    }

    /**
     * Whether an old entry's file is still where it was: a file may lie there unchanged for years, and one that is
     * forgotten would be sent once more as a whole.
     */
    private static boolean isThere(Entry entry) {
        try {
            return FileId.of(Path.of(entry.path)).id().equals(entry.file);
        } catch (NoSuchFileException | InvalidPathException e) {
            return false;
        } catch (IOException e) {
            // It cannot be told now; one entry too many does no harm.
            return true;
        }
    }

    /** The entry of an open file, or null when it was not seen before. */
    Entry find(FileId file, FileChannel open) throws IOException {
        List<Entry> candidates = entries.getOrDefault(file, List.of());
        for (int i = candidates.size() - 1; i >= 0; i--) {
            if (candidates.get(i).matches(open)) {
                return candidates.get(i);
            }
        }
        return null;
    }

    /** An entry for an open file that is not known; {@link #add} makes it known. */
    Entry candidate(FileId file, FileChannel open, int headBytes, String filePath, long nowMillis) throws IOException {
        Fingerprint head = Fingerprint.read(open, 0, headBytes);
        String base = "file:" + Long.toHexString(file.device()) + ":" + file.inode() + ":" + head.length() + ":"
                + Integer.toHexString(head.crc());
        int number = numbers.getOrDefault(base, -1);
        return new Entry(numbered(base, number + 1), base, file, head, new Fingerprint(0, 0, 0), filePath, nowMillis);
    }

    /** The same file under the next running number. */
    Entry next(Entry entry) {
        return new Entry(
                numbered(entry.base, entry.number() + 1),
                entry.base,
                entry.file,
                entry.head,
                entry.tail,
                entry.path,
                entry.seenMillis);
    }

    /** Makes an entry known; {@link #save} must follow before its id is used. */
    void add(Entry entry) {
        keep(entry);
        unsaved = true;
    }

    /** The file that an earlier life left at a path, or null; told once. */
    Entry takeLeftAt(Path filePath) {
        return leftAt.remove(filePath.toString());
    }

    /** Whether there is something that {@link #takeLeftBehind} would tell. */
    boolean hasLeftBehind() {
        return !leftAt.isEmpty() || !leftElsewhere.isEmpty();
    }

    /** As if it had not been told. */
    void giveBack(Entry entry) {
        leftElsewhere.add(entry);
    }

    /** The files that an earlier life left and that nobody asked for by their path; told once. */
    List<Entry> takeLeftBehind() {
        List<Entry> left = new ArrayList<>(leftElsewhere);
        left.addAll(leftAt.values());
        leftElsewhere.clear();
        leftAt.clear();
        return left;
    }

    /** What was known as one file is another one from now on. */
    Entry move(Entry entry, FileId to, Path filePath) {
        List<Entry> ofFile = entries.get(entry.file);
        ofFile.remove(entry);
        if (ofFile.isEmpty()) {
            entries.remove(entry.file);
        }
        Entry moved =
                new Entry(entry.id, entry.base, to, entry.head, entry.tail, filePath.toString(), entry.seenMillis);
        moved.sum = entry.sum;
        moved.begin = entry.begin;
        moved.safe = entry.safe;
        moved.told = entry.told;
        add(moved);
        return moved;
    }

    /** The file behind an entry exists no more: its inode holds something else. */
    void retire(Entry entry) {
        retiredUnsaved |= !entry.retired;
        entry.retired = true;
    }

    /** Notes how far a file was read, for recognising it. */
    void update(TailedFile file, long nowMillis) {
        Entry entry = file.entry();
        if (file.content().tailLength() > 0) {
            entry.tail = file.content().tailFingerprint(file.position());
            entry.sum = file.content().sum();
            entry.told = true;
        }
        entry.safe = file.safePosition();
        entry.path = file.isReplaced() ? "" : file.knownPath().toString();
        // Whoever is killed before that is known must ask again: then the path is still this file's.
        entry.left = !file.isListed() && !file.mayBeSucceeded();
        entry.seenMillis = nowMillis;
    }

    /**
     * Notes what was read, before it is put, of a file that could not be recognised by what is noted so far if it were saved
     * under a new inode now and the process killed. Of a file that was just begun that is all that is read: what it begins
     * with, were it 1 KiB, may be a banner that the next file has, too.
     */
    void noteRead(TailedFile file) {
        Entry entry = file.entry();
        ContentSum sum = file.content().sum();
        boolean more = sum.length() == file.position() && sum.length() > entry.sum.length();
        boolean known =
                entry.told && Succession.isEnough(entry.sum, file.content().last());
        if (more && !known) {
            entry.sum = sum;
            notes.add(entry.id, sum);
        }
    }

    /** Writes all entries durably. */
    void save() throws IOException {
        AtomicFile.write(path, RegistryCodec.encode(entries.values()));
        notes.clear();
        unsaved = false;
        retiredUnsaved = false;
    }

    /** Writes what is noted of entries that are on disk: after a power cut it may be as it was, which is true, too. */
    void saveNotes() throws IOException {
        if (unsaved) {
            save();
        } else {
            AtomicFile.replace(path, RegistryCodec.encode(entries.values()));
            notes.clear();
            retiredUnsaved = false;
        }
    }

    private static String numbered(String base, int number) {
        return number == 0 ? base : base + ":" + number;
    }
}
