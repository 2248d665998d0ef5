package io.headrace.engine;

import java.nio.file.Path;

/** The configuration of an agent {@code a1} that carries lines of files to files in a folder, through a log. */
public final class TailToFolder {
    private static final String CONFIGURATION = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1
            a1.sources.r1.type = TAILDIR
            a1.sources.r1.channels = c1
            a1.sources.r1.filegroups = f
            a1.sources.r1.positionFile = @DIR@/positions.json
            a1.channels.c1.type = file
            a1.channels.c1.dataDirs = @DIR@/log
            a1.channels.c1.maxFileSize = 36m
            a1.channels.c1.minimumRequiredSpace = 1048576
            a1.sinks.k1.type = file_roll
            a1.sinks.k1.channel = c1
            a1.sinks.k1.sink.directory = @DIR@/out
            a1.sinks.k1.sink.rollInterval = 0
            """;

    private TailToFolder() {}

    /**
     * All that it needs but {@code a1.sources.r1.filegroups.f}; the sink writes to {@code out} in the folder.
     *
     * @param more lines that are added, that of the files among them; {@code @DIR@} in them is the folder
     */
    public static String configuration(Path folder, String more) {
        return (CONFIGURATION + more).replace("@DIR@", folder.toString());
    }
}
