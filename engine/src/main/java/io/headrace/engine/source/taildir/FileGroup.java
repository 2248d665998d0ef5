package io.headrace.engine.source.taildir;

import io.headrace.engine.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.agrona.concurrent.EpochClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one folder whose names match a regular expression. The listing is kept until the folder's time of
 * modification changes; because that time may be as coarse as two seconds, a listing made less than that after the last
 * change is not trusted for longer than one look. Of links it is not trusted at all: what they lead to may be replaced
 * in another folder.
 */
final class FileGroup {
    private static final Logger LOG = LoggerFactory.getLogger(FileGroup.class);
    private static final Pattern PATTERN_CHARACTERS = Pattern.compile("[*?+|^$()\\[\\]{}\\\\]");
    private static final long COARSEST_CLOCK_MILLIS = 2_000;

    private final String name;
    private final Path folder;
    private final Pattern fileName;
    private final Map<String, String> headers;
    private final boolean caching;
    private final EpochClock clock;

    private List<Path> listing;
    private long listedModification;
    private long listedAtMillis;
    private boolean missing;

    FileGroup(String name, String path, Map<String, String> headers, boolean caching, EpochClock clock) {
        this.name = name;
        this.headers = headers;
        this.caching = caching;
        this.clock = clock;
        fileName = check(name, path);
        folder = folderOf(path);
    }

    /**
     * The pattern that file names must match.
     *
     * @throws ConfigurationException when the group's path cannot be followed
     */
    static Pattern check(String name, String path) {
        int slash = path.lastIndexOf('/');
        if (!path.startsWith("/") || slash == path.length() - 1) {
            throw new ConfigurationException("filegroups." + name + ": " + path
                    + " (expected: an absolute path whose last part is a regular expression)");
        }
        try {
            return Pattern.compile(path.substring(slash + 1));
        } catch (PatternSyntaxException e) {
            throw new ConfigurationException(
                    "filegroups." + name + ": " + path + " (expected: a regular expression after the last /)", e);
        }
    }

    /** The folder of a group's path, which is taken as it is written. */
    static Path folderOf(String path) {
        int slash = path.lastIndexOf('/');
        return Path.of(slash == 0 ? "/" : path.substring(0, slash));
    }

    /** Whether a folder's name has characters that make most sense in a regular expression. */
    static boolean looksLikeAPattern(Path folder) {
        return PATTERN_CHARACTERS.matcher(folder.toString()).find();
    }

    String name() {
        return name;
    }

    /** Whether the group would list a file of this name in its folder. */
    boolean covers(Path path) {
        return folder.equals(path.getParent())
                && fileName.matcher(path.getFileName().toString()).matches();
    }

    Path folder() {
        return folder;
    }

    /** Headers of all events of this group. */
    Map<String, String> headers() {
        return headers;
    }

    /** The next {@link #refresh} lists again, whether the folder changed or not. */
    void lookAgain() {
        listing = null;
    }

    /**
     * The matching paths.
     *
     * @return null when nothing changed since the last call
     */
    List<Path> refresh() throws IOException {
        long modification;
        try {
            modification = Files.getLastModifiedTime(folder).toMillis();
            missing = false;
        } catch (NoSuchFileException e) {
            modification = Long.MIN_VALUE;
            tellMissing();
        }
        if (caching
                && listing != null
                && modification == listedModification
                && modification < listedAtMillis - COARSEST_CLOCK_MILLIS) {
            return null;
        }
        listedAtMillis = clock.time();
        listedModification = modification;
        listing = modification == Long.MIN_VALUE ? List.of() : list();
        return listing;
    }

    /** Once, until it was there again: it may be made later, or the name may have a slip. */
    private void tellMissing() {
        if (!missing) {
            missing = true;
            LOG.info("filegroups.{}: {}: no such folder, it is looked for again", name, folder);
        }
    }

    private List<Path> list() throws IOException {
        List<Path> matching = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(
                folder, path -> fileName.matcher(path.getFileName().toString()).matches())) {
            paths.forEach(matching::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException e) {
            return List.of();
        }
        matching.sort(null);
        return matching;
    }
}
