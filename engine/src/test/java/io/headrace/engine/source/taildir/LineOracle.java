package io.headrace.engine.source.taildir;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which lines were written, which contents of files hold them, and what must have arrived of them: each once, whole and in
 * order, but for what was destroyed before the channel kept it. Bytes are characters of ISO 8859-1.
 */
final class LineOracle {
    /** One line. */
    static final class Line {
        final String text;
        final int number;
        final List<Content> holders = new ArrayList<>();

        /** Its end was not written, and may never be. */
        boolean unfinished;

        boolean mayBeLost;

        Line(String text, int number) {
            this.text = text;
            this.number = number;
        }
    }

    /** What a file holds from when it was made, or truncated, until it is deleted or truncated. */
    static final class Content {
        final List<Line> lines = new ArrayList<>();

        /** The source looked at it while it had a name that is followed. */
        boolean seen;

        /** It is there, under a name by which the source finds it in any life. */
        boolean there = true;

        /** This life of the source can still read it, and must. */
        boolean held;

        /** Names beside the first. */
        int links;
    }

    private final Map<Integer, Line> lines = new HashMap<>();
    private final List<Content> contents = new ArrayList<>();
    private final RecordingProcessor channel;

    LineOracle(RecordingProcessor channel) {
        this.channel = channel;
    }

    Content newContent() {
        Content content = new Content();
        contents.add(content);
        return content;
    }

    int nextNumber() {
        return lines.size();
    }

    Line write(String text, Content into) {
        Line line = new Line(text, lines.size());
        lines.put(line.number, line);
        hold(line, into);
        return line;
    }

    /** A content that has what another one has. */
    Content copy(Content of) {
        Content copy = newContent();
        of.lines.forEach(line -> hold(line, copy));
        return copy;
    }

    private void hold(Line line, Content content) {
        content.lines.add(line);
        line.holders.add(content);
        line.mayBeLost |= !isSomewhere(line);
    }

    /** What it holds is gone, but for this life if it has it open. */
    void destroy(Content content, boolean held) {
        content.there = false;
        content.held = held;
        forgive(content.lines);
    }

    /** The source was killed, or stopped, and the channel has what it kept. */
    void lifeEnded() {
        contents.forEach(content -> content.held = false);
        forgive(lines.values());
    }

    private void forgive(Iterable<Line> of) {
        Set<Integer> arrived = arrived();
        for (Line line : of) {
            line.mayBeLost |= !isSomewhere(line) && !arrived.contains(line.number);
        }
    }

    private static boolean isSomewhere(Line line) {
        return line.holders.stream().anyMatch(holder -> holder.there || holder.held);
    }

    /** The source had time to read all there is. */
    void checkSettled() {
        Set<Integer> arrived = arrived();
        for (Line line : lines.values()) {
            if (!line.mayBeLost && !line.unfinished && !arrived.contains(line.number)) {
                throw new AssertionError("lost: " + line.text);
            }
        }
    }

    /** Which lines arrived; fails when one arrived twice, in the wrong order, or is none. */
    Set<Integer> arrived() {
        Map<String, ByteArrayOutputStream> inputs = new LinkedHashMap<>();
        for (RecordingProcessor.Event event : channel.events) {
            inputs.computeIfAbsent(event.input(), id -> new ByteArrayOutputStream())
                    .writeBytes(event.body());
        }
        Set<Integer> arrived = new HashSet<>();
        inputs.forEach((id, bytes) -> {
            int last = -1;
            for (String text : bytes.toString(ISO_8859_1).split("(?<=\n)")) {
                Line line = text.isEmpty() ? null : lineOf(text, id);
                if (line == null) {
                    continue;
                }
                if (line.number <= last || !arrived.add(line.number)) {
                    throw new AssertionError("twice, or after line " + last + ", in " + id + ": " + text);
                }
                last = line.number;
            }
        });
        return arrived;
    }

    private Line lineOf(String text, String input) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            if (text.endsWith("\n") || !text.matches("\\d*")) {
                throw new AssertionError("no line, in " + input + ": " + text);
            }
            return null;
        }
        Line line = text.substring(0, colon).matches("\\d{1,6}")
                ? lines.get(Integer.parseInt(text.substring(0, colon)))
                : null;
        if (line == null || !(text.endsWith("\n") ? line.text.equals(text) : line.text.startsWith(text))) {
            throw new AssertionError("no line, in " + input + ": " + text);
        }
        return line;
    }
}
