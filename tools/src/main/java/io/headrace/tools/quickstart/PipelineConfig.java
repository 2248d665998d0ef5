package io.headrace.tools.quickstart;

import io.headrace.tools.CommandException;
import io.headrace.tools.ExitCode;
import io.headrace.tools.quickstart.QuickstartOptions.ChannelKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The two configurations, as a user would write them. */
final class PipelineConfig {
    static final String AGENT = "agent";
    static final String COLLECTOR = "collector";
    /** The header that tells the collector which file a line came from. */
    private static final String PARTITION_HEADER = "file";

    /** Between folders, before a comment, around the name of a variable. */
    private static final List<String> SPECIAL = List.of(",", " #", "\t#", "${");

    private final Workspace workspace;
    private final int linkPort;

    /** Refuses a folder whose name would mean something else in a configuration. */
    static void requireSpeakable(Path folder) {
        for (String special : SPECIAL) {
            if (folder.toString().contains(special)) {
                throw new CommandException(
                        ExitCode.FAILED,
                        folder + ": cannot stand in a configuration because of \"" + special
                                + "\" (expected: a folder with another name)");
            }
        }
    }

    PipelineConfig(Workspace workspace, int linkPort) {
        this.workspace = workspace;
        this.linkPort = linkPort;
    }

    /** Files to a channel to the link. */
    String agent(List<InputFile> inputs, ChannelKind channel, int batchLines) {
        String groups = IntStream.rangeClosed(1, inputs.size())
                .mapToObj(number -> "f" + number)
                .collect(Collectors.joining(" "));
        StringBuilder text = new StringBuilder()
                .append("# Written by headrace quickstart: tails files, keeps lines in a channel, sends them on.\n")
                .append("agent.sources = tail\nagent.channels = kept\nagent.sinks = forward\n\n")
                .append("agent.sources.tail.type = TAILDIR\n")
                .append("agent.sources.tail.channels = kept\n")
                .append("agent.sources.tail.filegroups = " + groups + "\n");
        for (int index = 0; index < inputs.size(); index++) {
            InputFile input = inputs.get(index);
            String group = "f" + (index + 1);
            text.append("agent.sources.tail.filegroups." + group + " = " + propertyValue(pattern(input.path())) + "\n");
            text.append(
                    "agent.sources.tail.headers." + group + "." + PARTITION_HEADER + " = " + input.partition() + "\n");
        }
        text.append("agent.sources.tail.positionFile = " + path(workspace.agent(), "positions.json") + "\n")
                .append("agent.sources.tail.batchSize = " + batchLines + "\n")
                .append("agent.sources.tail.lineEnding = keep\n")
                .append("agent.sources.tail.idleTimeout = 500\n\n");
        appendChannel(text, AGENT, channel, workspace.agent());
        return text.append("agent.sinks.forward.type = link\n")
                .append("agent.sinks.forward.channel = kept\n")
                .append("agent.sinks.forward.hostname = 127.0.0.1\n")
                .append("agent.sinks.forward.port = " + linkPort + "\n")
                .append("agent.sinks.forward.max-backoff = 250\n")
                .toString();
    }

    /**
     * The link to a file channel to files.
     *
     * @param batchLines most lines that are written with one sync, 0 for the sink's default
     */
    String collector(int batchLines) {
        StringBuilder text = new StringBuilder()
                .append("# Written by headrace quickstart: receives lines, keeps them on disk, writes a file for each"
                        + " that was read.\n")
                .append("collector.sources = incoming\ncollector.channels = kept\ncollector.sinks = files\n\n")
                .append("collector.sources.incoming.type = link\n")
                .append("collector.sources.incoming.channels = kept\n")
                .append("collector.sources.incoming.bind = 127.0.0.1\n")
                .append("collector.sources.incoming.port = " + linkPort + "\n\n");
        appendChannel(text, COLLECTOR, ChannelKind.FILE, workspace.collector());
        return text.append("collector.sinks.files.type = file_roll\n")
                .append("collector.sinks.files.channel = kept\n")
                .append("collector.sinks.files.sink.directory = "
                        + propertyValue(workspace.output().toString()) + "\n")
                .append("collector.sinks.files.sink.rollInterval = 0\n")
                .append(batchLines == 0 ? "" : "collector.sinks.files.sink.batchSize = " + batchLines + "\n")
                .append("collector.sinks.files.sink.partitionHeader = " + PARTITION_HEADER + "\n")
                .append("collector.sinks.files.sink.serializer = TEXT\n")
                .append("collector.sinks.files.sink.serializer.appendNewline = false\n")
                .toString();
    }

    private static void appendChannel(StringBuilder text, String agent, ChannelKind kind, Path folder) {
        String prefix = agent + ".channels.kept.";
        text.append(prefix + "type = " + kind.name().toLowerCase(Locale.ROOT) + "\n");
        if (kind != ChannelKind.MEMORY) {
            text.append(prefix + "dataDirs = " + path(folder, "channel") + "\n");
        }
        if (kind == ChannelKind.FILE) {
            text.append(prefix + "sync = always\n");
        }
        text.append('\n');
    }

    private static String path(Path folder, String name) {
        return propertyValue(folder.resolve(name).toString());
    }

    /** A pattern that only this file matches: in Flume the last part of the path is a regular expression. */
    private static String pattern(Path file) {
        StringBuilder pattern = new StringBuilder(String.valueOf(file.getParent()));
        if (pattern.charAt(pattern.length() - 1) != '/') {
            pattern.append('/');
        }
        file.getFileName().toString().codePoints().forEach(character -> {
            if (character < 128 && Character.isLetterOrDigit(character) || character == '-' || character == '_') {
                pattern.appendCodePoint(character);
            } else if (character == '.') {
                pattern.append("\\.");
            } else {
                pattern.append("\\x{").append(Integer.toHexString(character)).append('}');
            }
        });
        return pattern.toString();
    }

    /** As a properties file wants it. */
    private static String propertyValue(String value) {
        StringBuilder escaped = new StringBuilder();
        for (char character : value.toCharArray()) {
            if (character == '\\') {
                escaped.append("\\\\");
            } else if (character < 0x20 || character > 0x7E) {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
            } else {
                escaped.append(character);
            }
        }
        return escaped.toString();
    }
}
