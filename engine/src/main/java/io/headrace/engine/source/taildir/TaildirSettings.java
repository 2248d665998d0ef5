package io.headrace.engine.source.taildir;

import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsRemarks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of the source {@code TAILDIR}. Keys are Flume's, except {@code lineEnding}, {@code maxLineBytes}, {@code
 * linePartHeaderKey}, {@code maxOpenFiles} and {@code frameBytes}. Defaults that differ from Flume's: {@code batchSize} (100 there, each batch
 * a transaction; here a batch is a frame), {@code backoffSleepIncrement} (1000) and {@code maxBackoffSleep} (5000),
 * because looking whether a file grew costs one system call here.
 */
public record TaildirSettings(
        @Setting(key = "filegroups", doc = "Names of the groups of files; at least one.")
        List<String> filegroups,

        @Setting(
                key = "filegroups.*",
                below = "filegroups",
                doc = "For each group an absolute path; its last part is a regular expression for file names.")
        Map<String, String> patterns,

        @Setting(
                key = "positionFile",
                byDefault = "~/.flume/taildir_position.json",
                doc = "Flume's file of inodes, positions and paths: written from what is safe, read for files that no"
                        + " channel knows. Beside it stands <positionFile>.<source>.inputs, which says how a file is"
                        + " known to the channels.")
        String positionFile,

        @Setting(
                key = "headers.*",
                below = "filegroups",
                doc = "headers.<group>.<name>: a header for all events of a group.")
        Map<String, String> headers,

        @Setting(
                key = "byteOffsetHeader",
                byDefault = "false",
                doc = "Adds the header byteoffset: where the event begins in its file.")
        boolean byteOffsetHeader,

        @Setting(
                key = "skipToEnd",
                byDefault = "false",
                doc = "Files found at start that no channel, no position file and no earlier life knows are read from"
                        + " their end.")
        boolean skipToEnd,

        @Setting(
                key = "idleTimeout",
                byDefault = "120000",
                unit = "ms",
                min = 1,
                doc = "A file that did not grow for so long is closed, and an unfinished last line delivered.")
        Duration idleTimeout,

        @Setting(
                key = "writePosInterval",
                byDefault = "3000",
                unit = "ms",
                min = 1,
                doc = "How often the position file is written when a position moved.")
        Duration writePosInterval,

        @Setting(
                key = "batchSize",
                byDefault = "1000",
                unit = "events",
                min = 1,
                doc = "Most lines of a frame, which is put, kept and sent as one.")
        int batchSize,

        @Setting(
                key = "maxBatchCount",
                byDefault = "9223372036854775807",
                min = 1,
                doc = "Most frames of one file before the next file has its turn; a turn ends after 1 MiB anyway.")
        long maxBatchCount,

        @Setting(
                key = "backoffSleepIncrement",
                byDefault = "1",
                unit = "ms",
                min = 1,
                doc =
                        "By how much the pause grows, with each look at a file that did not grow; of one that grew often it"
                                + " grows a second later.")
        Duration backoffSleepIncrement,

        @Setting(
                key = "maxBackoffSleep",
                byDefault = "500",
                unit = "ms",
                min = 1,
                doc = "Longest pause before looking at a file again.")
        Duration maxBackoffSleep,

        @Setting(
                key = "cachePatternMatching",
                byDefault = "true",
                doc = "A folder is listed again only when its time of modification changed.")
        boolean cachePatternMatching,

        @Setting(key = "fileHeader", byDefault = "false", doc = "Adds a header with the absolute path of the file.")
        boolean fileHeader,

        @Setting(key = "fileHeaderKey", byDefault = "file", doc = "The name of that header.")
        String fileHeaderKey,

        @Setting(
                key = "lineEnding",
                byDefault = "strip",
                doc = "strip: line feed and a carriage return before it are removed; keep: they stay in the body.")
        LineEnding lineEnding,

        @Setting(
                key = "maxLineBytes",
                byDefault = "16711680",
                unit = "bytes",
                min = 1024,
                max = 16 * 1024 * 1024 - 64 * 1024,
                doc =
                        "A longer line, line ending included, becomes several events without loss, marked by a header; below the"
                                + " maxEventBytes of the channels.")
        long maxLineBytes,

        @Setting(
                key = "linePartHeaderKey",
                byDefault = "line.part",
                doc = "The header of parts of a line: first, middle or last. An event that continues a line which was"
                        + " delivered unfinished is marked last.")
        String linePartHeaderKey,

        @Setting(
                key = "maxOpenFiles",
                byDefault = "2048",
                min = 1,
                doc =
                        "Most files open at once; the one that did not grow for the longest is closed first and opened again"
                                + " when it grows. Renamed and deleted files are not closed before they are read to their end.")
        int maxOpenFiles,

        @Setting(
                key = "frameBytes",
                unit = "bytes",
                min = 1024,
                max = 1024 * 1024,
                doc = "Bytes at which a frame is closed, where the channels' frameBytes are not less.")
        Optional<Long> frameBytes)
        implements SettingsRemarks {
    public TaildirSettings {
        if (filegroups.isEmpty()) {
            throw new ConfigurationException("filegroups: empty (expected: at least one group)");
        }
        for (String name : filegroups) {
            String pattern = patterns.get(name);
            if (pattern == null) {
                throw new ConfigurationException("filegroups." + name + ": missing (expected: an absolute path)");
            }
            FileGroup.check(name, pattern);
        }
        headersByGroup(filegroups, headers);
    }

    @Override
    public List<Remark> remarks() {
        List<Remark> remarks = new ArrayList<>();
        for (String name : filegroups) {
            Path folder = FileGroup.folderOf(patterns.get(name));
            if (FileGroup.looksLikeAPattern(folder) && !Files.isDirectory(folder)) {
                remarks.add(new Remark(
                        Severity.WARNING,
                        "filegroups." + name,
                        "no folder is named " + folder
                                + " (expected: the folder's own name, and a group for each folder;"
                                + " only what follows the last / is a regular expression)"));
            }
        }
        return remarks;
    }

    /** The headers of each group. */
    Map<String, Map<String, String>> headersByGroup() {
        return headersByGroup(filegroups, headers);
    }

    private static Map<String, Map<String, String>> headersByGroup(List<String> groups, Map<String, String> written) {
        Map<String, Map<String, String>> headers = new HashMap<>();
        written.forEach((key, value) -> {
            int dot = key.indexOf('.');
            String group = dot < 0 ? key : key.substring(0, dot);
            if (dot < 1 || dot == key.length() - 1 || !groups.contains(group)) {
                throw new ConfigurationException("headers." + key + ": " + value
                        + " (expected: headers.<group>.<name> with a group of " + groups + ")");
            }
            headers.computeIfAbsent(group, name -> new LinkedHashMap<>()).put(key.substring(dot + 1), value);
        });
        return headers;
    }
}
