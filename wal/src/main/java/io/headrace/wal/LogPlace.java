package io.headrace.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a log stands that nobody has configured here: found from one of its folders, or from a folder that holds exactly
 * one log. Nothing is locked, made or changed.
 *
 * @param home the folder with the identity
 * @param dataFolders those with segments
 * @param checkpointFolder the one with the two slots
 * @param missing folders that the log had when it was opened last and that are not there
 */
public record LogPlace(Path home, List<Path> dataFolders, Path checkpointFolder, List<String> missing) {
    private static final String SLOT = "checkpoint-";

    public LogPlace {
        dataFolders = List.copyOf(dataFolders);
        missing = List.copyOf(missing);
    }

    /**
     * Finds a log.
     *
     * @param folder one of a log, or the parent of one
     * @param checkpointFolder where the checkpoint is, or null to find out
     * @throws NoLogException when there is none or more than one
     * @throws ForeignFolderException when the folder is one of Flume's
     */
    public static LogPlace find(Storage storage, Path folder, Path checkpointFolder) throws IOException {
        if (!storage.exists(folder)) {
            throw new NoLogException(
                    folder + ": no such folder (expected: the folder of a log, or one that holds it)", false);
        }
        List<String> names = storage.list(folder);
        if (isLog(names)) {
            return of(storage, folder, checkpointFolder);
        }
        Map<Path, LogPlace> below = new LinkedHashMap<>();
        for (String name : names) {
            Path child = folder.resolve(name);
            if (isLog(storage.list(child))) {
                LogPlace place = of(storage, child, checkpointFolder);
                below.putIfAbsent(storage.realPath(place.home), place);
            }
        }
        if (below.size() == 1) {
            return below.values().iterator().next();
        }
        if (below.size() > 1) {
            throw new NoLogException(
                    folder + ": holds " + below.size() + " logs, "
                            + String.join(
                                    ", ",
                                    below.keySet().stream().map(Path::toString).toList())
                            + " (expected: one of them)",
                    true);
        }
        LogFolders.refuseFlume(folder, names);
        for (String name : names) {
            LogFolders.refuseFlume(folder.resolve(name), storage.list(folder.resolve(name)));
        }
        throw new NoLogException(
                folder + ": "
                        + (names.isEmpty()
                                ? "empty"
                                : "no log, but " + names.get(0) + (names.size() == 1 ? "" : " and others"))
                        + " (expected: the folder of a log, with identity, checkpoint-a and segments, or one that holds it)",
                false);
    }

    private static LogPlace of(Storage storage, Path folder, Path checkpointFolder) throws IOException {
        MemberFile member = MemberFile.read(storage, folder);
        if (member == null && MemberFile.isIn(storage, folder)) {
            throw new IOException(folder.resolve(MemberFile.NAME)
                    + ": damaged, so that nothing says which folders the log has (expected: the file; an agent with all"
                    + " of them in dataDirs writes it anew when it opens the log)");
        }
        if (member == null) {
            return new LogPlace(
                    folder, List.of(folder), checkpointFolder == null ? folder : checkpointFolder, List.of());
        }
        MemberFile.Place homePlace = member.place(0);
        if (homePlace == null) {
            throw new IOException(folder + ": the file member names no folder 0 (expected: the one with the identity)");
        }
        Path home = member.number() == 0 ? folder : Path.of(homePlace.path());
        MemberFile whole = member.number() == 0 ? member : MemberFile.read(storage, home);
        if (whole == null || whole.number() != 0) {
            throw new IOException(home + ": not the home of the log that " + folder
                    + " belongs to (expected: its identity and its file member; is the disk mounted?)");
        }
        if (!storage.isAt(home, homePlace.path())) {
            throw new IOException(home + ": stands elsewhere than its file member says, copied or moved (expected: "
                    + homePlace.path() + "; an agent that opens the copy writes down where its folders are)");
        }
        List<Path> data = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        Path checkpoint = home;
        for (MemberFile.Place place : whole.places()) {
            Path path = place.number() == 0 ? home : Path.of(place.path());
            MemberFile there = place.number() == 0 ? whole : MemberFile.read(storage, path);
            boolean present = there != null && there.streamId().equals(whole.streamId());
            if (!place.data()) {
                checkpoint = path;
                // A damaged file is mended by an agent; where there is none the disk may not be mounted.
                boolean foreign = there == null ? !MemberFile.isIn(storage, path) : !present;
                if (foreign && checkpointFolder == null) {
                    missing.add(place.path());
                }
            } else if (present) {
                data.add(path);
            } else {
                missing.add(place.path());
            }
        }
        return new LogPlace(home, data, checkpointFolder == null ? checkpoint : checkpointFolder, missing);
    }

    private static boolean isLog(List<String> names) {
        for (String name : names) {
            if (name.equals(LogIdentity.NAME)
                    || name.equals(MemberFile.NAME)
                    || name.equals(SLOT + 'a')
                    || name.equals(SLOT + 'b')
                    || Segment.indexOf(name) >= 0) {
                return true;
            }
        }
        return false;
    }
}
