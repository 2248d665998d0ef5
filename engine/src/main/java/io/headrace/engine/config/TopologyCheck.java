package io.headrace.engine.config;

import io.headrace.wal.CursorStart;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Warns of flows that can run but are seldom meant. */
final class TopologyCheck {
    private final CheckContext context;
    private final SinkGroupCheck groups;

    TopologyCheck(CheckContext context, SinkGroupCheck groups) {
        this.context = context;
        this.groups = groups;
    }

    void check() {
        warnOfCompetingSinks();
        warnOfOneSidedChannels();
    }

    /** Sinks of different types on one channel, unless a group says that they take turns. */
    private void warnOfCompetingSinks() {
        Map<String, List<DeclaredPart>> byChannel = context.parts.stream()
                .filter(part ->
                        part.kind() == ComponentKind.SINK && !part.channels().isEmpty())
                .collect(Collectors.groupingBy(
                        part -> part.channels().get(0) + " " + cursor(part), LinkedHashMap::new, Collectors.toList()));
        byChannel.values().forEach(sharing -> {
            String channel = sharing.get(0).channels().get(0);
            long types = sharing.stream().map(DeclaredPart::alias).distinct().count();
            List<String> names = sharing.stream().map(DeclaredPart::name).toList();
            if (types > 1 && !groups.isOneGroup(names)) {
                DeclaredPart last = sharing.get(sharing.size() - 1);
                String shown = sharing.stream()
                        .map(sink -> sink.name() + " (" + sink.alias() + ")")
                        .collect(Collectors.joining(", "));
                context.findings.warn(
                        last.list(),
                        null,
                        last.list().key() + ": " + channel + ": sinks " + shown
                                + " share it, so each event goes to one of them (expected, where all are to get all:"
                                + " a channel of its own, named in " + sourceList(channel) + " beside " + channel
                                + ")");
            }
        });
    }

    private static String cursor(DeclaredPart sink) {
        String written = sink.word("cursor");
        return written.isEmpty() ? CursorStart.SINKS : written;
    }

    private String sourceList(String channel) {
        return context.parts.stream()
                .filter(part ->
                        part.kind() == ComponentKind.SOURCE && part.channels().contains(channel))
                .map(part -> part.list().key())
                .findFirst()
                .orElse("the channels of the source");
    }

    private void warnOfOneSidedChannels() {
        for (String name : context.declared("channels")) {
            ConfigValue place = context.keys.settings("channels", name).get("type");
            if (place == null) {
                continue;
            }
            if (isUnused(ComponentKind.SOURCE, name)) {
                context.findings.warn(
                        place, null, "channel " + name + ": no source (expected: a source that names it)");
            }
            boolean drops = context.types.alias("channel", place).equals("null");
            if (!drops && isUnused(ComponentKind.SINK, name)) {
                context.findings.warn(
                        place,
                        null,
                        "channel " + name + ": no sink, it fills up and "
                                + (isOptional(name) ? "then gets nothing more" : "holds its sources")
                                + " (expected: a sink that names it)");
            }
        }
    }

    /** Whether it has sources, and none of them waits for room in it. */
    private boolean isOptional(String channel) {
        List<DeclaredPart> users = context.parts.stream()
                .filter(part ->
                        part.kind() == ComponentKind.SOURCE && part.channels().contains(channel))
                .toList();
        return !users.isEmpty()
                && users.stream().allMatch(source -> source.optional().contains(channel));
    }

    private boolean isUnused(ComponentKind kind, String channel) {
        return context.parts.stream()
                .noneMatch(part -> part.kind() == kind
                        && part.channels().contains(channel)
                        && (kind != ComponentKind.SINK || cursor(part).equals(CursorStart.SINKS)));
    }
}
