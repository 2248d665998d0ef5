package io.headrace.tools.agent;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Configurations of agent {@code a1}. */
final class Configurations {
    private Configurations() {}

    /** {@code in/*.log} to {@code out}, through a log in {@code log}; {@code more} adds and replaces keys. */
    static String tailToFolder(Path folder, String more) {
        Map<String, String> keys = new LinkedHashMap<>();
        add(keys, """
                a1.sources = tail
                a1.channels = kept
                a1.sinks = roll
                a1.sources.tail.type = TAILDIR
                a1.sources.tail.channels = kept
                a1.sources.tail.filegroups = logs
                a1.sources.tail.filegroups.logs = %1$s/in/.*log
                a1.sources.tail.positionFile = %1$s/positions.json
                a1.channels.kept.type = file
                a1.channels.kept.dataDirs = %1$s/log
                a1.channels.kept.minimumRequiredSpace = 0
                a1.sinks.roll.type = file_roll
                a1.sinks.roll.channel = kept
                a1.sinks.roll.sink.directory = %1$s/out
                a1.sinks.roll.sink.rollInterval = 0
                """.formatted(folder));
        add(keys, more);
        return keys.entrySet().stream()
                .map(key -> key.getKey() + " = " + key.getValue())
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static void add(Map<String, String> keys, String text) {
        text.lines()
                .filter(line -> line.contains("="))
                .forEach(line -> keys.put(
                        line.substring(0, line.indexOf('=')).trim(),
                        line.substring(line.indexOf('=') + 1).trim()));
    }
}
