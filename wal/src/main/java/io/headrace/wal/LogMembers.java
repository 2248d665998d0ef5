package io.headrace.wal;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which folders a log is made of, where it has several: each says in a {@link MemberFile} to which log it belongs, and the
 * <em>home</em>, the one with the identity, says which there are. So a folder of another log is refused before anything
 * is changed, a disk that is not mounted is told from an empty folder, and the order of {@code dataDirs} does not matter.
 *
 * <p>Used while the log opens, on the opening thread.
 */
final class LogMembers {
    private final LogSettings settings;
    private final Storage storage;
    private final Path home;
    private final Path checkpointFolder;
    private final Map<Path, MemberFile> found = new LinkedHashMap<>();
    private final Set<Path> damaged = new LinkedHashSet<>();
    private final MemberFile before;

    private LogMembers(LogSettings settings, Storage storage) throws IOException {
        this.settings = settings;
        this.storage = storage;
        Set<Path> folders = new LinkedHashSet<>(settings.dataFolders());
        if (settings.checkpointFolder() != null) {
            folders.add(settings.checkpointFolder());
        }
        for (Path folder : folders) {
            MemberFile file = MemberFile.read(storage, folder);
            found.put(folder, file);
            if (file == null && MemberFile.isIn(storage, folder)) {
                damaged.add(folder);
            }
        }
        this.home = findHome();
        this.checkpointFolder = settings.checkpointFolder() == null ? home : settings.checkpointFolder();
        replaceDamaged();
        this.before = found.get(home);
    }

    /**
     * In the place of a damaged file: what the others say. They all have the list of folders, the home's when it was
     * written last, and a folder that has the file at all is not one whose disk is missing.
     */
    private void replaceDamaged() throws IOException {
        StreamId identity = LogIdentity.peek(storage, home);
        if (damaged.contains(home)) {
            found.values().stream()
                    .filter(file -> file != null && file.streamId().equals(identity))
                    .max(Comparator.comparingLong(MemberFile::generation))
                    .ifPresent(file -> found.put(home, file.withNumber(0)));
        }
        MemberFile ofHome = found.get(home);
        if (ofHome == null) {
            return;
        }
        for (Path folder : damaged) {
            for (MemberFile.Place place : ofHome.places()) {
                if (!folder.equals(home) && place.path().equals(placeOf(folder))) {
                    refuseSegmentsOfAnother(folder, identity);
                    found.put(folder, ofHome.withNumber(place.number()));
                }
            }
        }
    }

    /**
     * Looks at the folders of a log, which are locked.
     *
     * @throws IOException when one belongs to another log
     */
    static LogMembers find(LogSettings settings, Storage storage) throws IOException {
        LogMembers members = new LogMembers(settings, storage);
        members.refuseOthers();
        return members;
    }

    /** The folder with the identity, and the checkpoint unless configured. */
    Path home() {
        return home;
    }

    Path checkpointFolder() {
        return checkpointFolder;
    }

    /**
     * Refuses to open without a folder that may hold what was written since the checkpoint: nobody would miss it.
     *
     * @param checkpoint the newest, or null
     */
    void refuseMissing(Checkpoint checkpoint) throws IOException {
        if (before == null) {
            if (damaged.contains(home) && (checkpoint == null || !checkpoint.clean())) {
                throw new IOException(
                        home.resolve(MemberFile.NAME) + ": damaged, and no other folder says which ones the"
                                + " log has, which was not stopped in order (expected: the file, or none when all folders are in"
                                + " dataDirs, with their disks mounted)");
            }
            return;
        }
        MemberFile.Place keeps = before.checkpoint();
        int expected = keeps == null ? -1 : keeps.number();
        if (keeps != null && numberOf(checkpointFolder) != expected) {
            if (keeps.path().equals(placeOf(checkpointFolder))) {
                throw new IOException("checkpointDir: " + checkpointFolder + ": no file " + MemberFile.NAME
                        + " of this log (expected: the folder as the log left it; is its disk mounted?)");
            }
            throw new IOException("checkpointDir: " + checkpointFolder + " (expected: " + keeps.path()
                    + ", where the checkpoint of this log is; to change it, move all files of that folder)");
        }
        for (MemberFile.Place missing : missing()) {
            if (checkpoint == null || !checkpoint.clean()) {
                String why = whyMissing(missing) + ", and the log in " + home
                        + " was not stopped in order, so that what was written last may be there";
                // A disk may come; a folder that was left out of the configuration will not.
                throw isConfigured(missing)
                        ? new FileSystemException(missing.path(), null, why)
                        : new IOException("dataDirs: " + why);
            }
        }
    }

    /** Damage of this log, with what an operator should know of folders that are not there. */
    LogDamagedException damaged(String what) {
        return new LogDamagedException(home, what + hint());
    }

    /** Empty when every folder is there. */
    private String hint() {
        return missing().stream()
                .map(place -> "; " + place.path() + ": " + whyMissing(place))
                .collect(Collectors.joining());
    }

    /** Writes down which folders there are now; where there is only one and never were more, its identity is enough. */
    void write(StreamId streamId) throws IOException {
        if (found.size() == 1 && before == null) {
            return;
        }
        int next = nextNumber();
        Map<Path, Integer> numbers = new LinkedHashMap<>();
        numbers.put(home, before == null ? 0 : before.number());
        for (Path folder : found.keySet()) {
            if (!folder.equals(home)) {
                int number = numberOf(folder);
                numbers.put(folder, number >= 0 ? number : next++);
            }
        }
        List<MemberFile.Place> places = new ArrayList<>();
        numbers.forEach((folder, number) ->
                places.add(new MemberFile.Place(number, settings.dataFolders().contains(folder), placeOf(folder))));
        places.sort(Comparator.comparingInt(MemberFile.Place::number));
        long generation = before == null ? 1 : before.generation();
        boolean same = damaged.isEmpty()
                && numbers.entrySet().stream()
                        .allMatch(folder -> new MemberFile(streamId, generation, folder.getValue(), places)
                                .equals(found.get(folder.getKey())));
        if (same) {
            // They may only seem to be there, from the cache, if an opening before this one failed to sync their
            // folder.
            for (Path folder : numbers.keySet()) {
                storage.syncFolder(folder);
            }
            return;
        }
        for (Map.Entry<Path, Integer> folder : numbers.entrySet()) {
            if (!folder.getKey().equals(home)) {
                new MemberFile(streamId, generation + 1, folder.getValue(), places).write(storage, folder.getKey());
            }
        }
        // Last: a folder that is ahead of what stands here was being added, one that is behind was taken away.
        new MemberFile(streamId, generation + 1, numbers.get(home), places).write(storage, home);
    }

    /** Above all that were given, also by an opening that died before it came to the home. */
    private int nextNumber() {
        int highest = before == null ? 0 : before.nextNumber() - 1;
        for (MemberFile file : found.values()) {
            highest = file == null ? highest : Math.max(highest, file.number());
        }
        return highest + 1;
    }

    private Path findHome() throws IOException {
        List<Path> homes = new ArrayList<>();
        for (Path folder : settings.dataFolders()) {
            if (storage.exists(folder.resolve(LogIdentity.NAME))) {
                homes.add(folder);
            }
        }
        if (homes.size() > 1) {
            throw new ForeignFolderException(
                    homes.get(1) + ": holds the identity of a log of its own (expected: one log in dataDirs "
                            + settings.dataFolders() + ", that of " + homes.get(0) + ", and empty folders)");
        }
        if (!homes.isEmpty()) {
            return homes.get(0);
        }
        for (Path folder : settings.dataFolders()) {
            if (found.get(folder) != null && found.get(folder).number() == 0) {
                return folder;
            }
        }
        return settings.dataFolders().get(0);
    }

    private void refuseOthers() throws IOException {
        StreamId identity = LogIdentity.peek(storage, home);
        for (Map.Entry<Path, MemberFile> folder : found.entrySet()) {
            Path path = folder.getKey();
            MemberFile file = folder.getValue();
            if (file == null) {
                refuseSegmentsOfAnother(path, identity);
            } else if (path.equals(home)) {
                refuseHomeOfAnother(file, identity);
            } else if (!file.streamId().equals(identity)
                    && (before == null || !file.streamId().equals(before.streamId()))
                    && !isFirstOf(path, file, identity)) {
                throw new ForeignFolderException(path + ": belongs to the log in " + homeOf(file)
                        + " (expected: an empty folder, or one of the log in " + home + ")");
            } else if (isOld(path, file)) {
                throw new ForeignFolderException(path + ": was taken away from the log in " + home
                        + " and holds an older state of it (expected: the folder without that, move its files away)");
            }
        }
    }

    /**
     * Whether a folder was being noted for the first time by the log in this home, whose identity can't be read since.
     * The home's own member file comes last and segments come after it, so that such a folder holds nothing.
     */
    private boolean isFirstOf(Path folder, MemberFile file, StreamId identity) throws IOException {
        if (before != null
                || identity != null
                || damaged.contains(home)
                || !homeOf(file).equals(placeOf(home))
                || !storage.exists(home.resolve(LogIdentity.NAME))) {
            return false;
        }
        for (String name : storage.list(folder)) {
            if (Segment.indexOf(name) >= 0 || CheckpointStore.NAMES.contains(name)) {
                return false;
            }
        }
        return true;
    }

    private boolean isOld(Path folder, MemberFile file) {
        if (before == null) {
            return false;
        }
        MemberFile.Place place = before.place(file.number());
        boolean numberTaken = found.entrySet().stream()
                .anyMatch(other -> !other.getKey().equals(folder)
                        && other.getValue() != null
                        && other.getValue().number() == file.number());
        return place == null
                ? file.generation() <= before.generation()
                : numberTaken && !place.path().equals(placeOf(folder));
    }

    private static String placeOf(Path folder) {
        return folder.toAbsolutePath().normalize().toString();
    }

    /** A folder of another log, which has its identity elsewhere. */
    private void refuseHomeOfAnother(MemberFile file, StreamId identity) throws IOException {
        if (identity == null && file.number() != 0) {
            throw new ForeignFolderException(home + ": belongs to the log in " + homeOf(file)
                    + " (expected: an empty folder, or that folder in dataDirs, too)");
        }
    }

    private void refuseSegmentsOfAnother(Path folder, StreamId identity) throws IOException {
        if (folder.equals(home) || identity == null) {
            return;
        }
        for (String name : storage.list(folder)) {
            if (Segment.indexOf(name) >= 0) {
                Path path = folder.resolve(name);
                try (StorageFile file = storage.open(path, Storage.OpenMode.READ)) {
                    SegmentHeader header = SegmentHeader.read(file, path);
                    if (header != null && !header.streamId().equals(identity)) {
                        throw new ForeignFolderException(folder + ": " + name + " is of another log, stream "
                                + header.streamId()
                                + " (expected: an empty folder, or one of the log in " + home + ", stream " + identity
                                + ")");
                    }
                }
            }
        }
    }

    private static String homeOf(MemberFile file) {
        MemberFile.Place place = file.place(0);
        return place == null ? "another folder" : place.path();
    }

    private int numberOf(Path folder) {
        MemberFile file = found.get(folder);
        return file == null ? -1 : file.number();
    }

    /** Folders with segments that the log had when it was opened last, and has not now. */
    private List<MemberFile.Place> missing() {
        if (before == null) {
            return List.of();
        }
        Set<Integer> present = found.values().stream()
                .filter(file -> file != null)
                .map(MemberFile::number)
                .collect(Collectors.toSet());
        return before.places().stream()
                .filter(place -> place.data() && !present.contains(place.number()))
                .toList();
    }

    private boolean isConfigured(MemberFile.Place place) {
        return settings.dataFolders().stream()
                .anyMatch(folder -> placeOf(folder).equals(place.path()));
    }

    private String whyMissing(MemberFile.Place place) {
        return isConfigured(place)
                ? "empty (expected: the folder as the log left it; is its disk mounted?)"
                : "not among " + settings.dataFolders() + " (expected: " + place.path() + ", too)";
    }
}
