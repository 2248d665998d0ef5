package io.headrace.tools;

import io.headrace.frame.EventCursor;
import io.headrace.frame.FrameException;
import io.headrace.frame.FrameType;
import io.headrace.tools.wal.DamageText;
import io.headrace.tools.wal.Pace;
import io.headrace.wal.LogPlace;
import io.headrace.wal.LogWalk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which events of a log a command is about, and the walk over them. Owned by one thread. */
final class WalEvents {
    private static final long POLL_NANOS = 100_000_000;

    @Option(
            names = "--from",
            paramLabel = "SEQ",
            description = "Begin at this sequence (default: the oldest that waits).")
    private Long from;

    @Option(names = "--limit", paramLabel = "N", description = "End after so many events.")
    private Long limit;

    @Option(
            names = "--where",
            paramLabel = "HEADER=VALUE",
            description = "Only events with this header; several must all hold.")
    private List<String> where = new ArrayList<>();

    @Option(names = "--committed", description = "Also what is committed, as far as its segments are not used again.")
    private boolean committed;

    @Mixin
    private WalCommand.Reading reading;

    private final EventCursor cursor = new EventCursor();
    private Map<String, String> wanted;
    private long events;
    private long damages;
    private boolean stopped;

    /** What is done with an event. */
    interface Sink {
        void write(LogWalk walk, EventCursor event) throws IOException;

        /** Called after each frame; returns false when nobody reads any more. */
        boolean frameDone(LogWalk walk) throws IOException;
    }

    /** How many events were written. */
    long events() {
        return events;
    }

    /** Refuses what makes no sense. */
    void check() {
        wanted = new LinkedHashMap<>();
        for (String header : where) {
            int equals = header.indexOf('=');
            if (equals < 1) {
                throw new CommandException(ExitCode.USAGE, "--where: " + header + " (expected: HEADER=VALUE)");
            }
            wanted.put(header.substring(0, equals), header.substring(equals + 1));
        }
        if (limit != null && limit < 0) {
            throw new CommandException(ExitCode.USAGE, "--limit: " + limit + " (expected: >= 0)");
        }
        if (from != null && from < 1) {
            throw new CommandException(ExitCode.USAGE, "--from: " + from + " (expected: >= 1)");
        }
    }

    /**
     * Gives the events to a sink, in order.
     *
     * @return the exit code
     */
    int walk(WalCommand wal, LogPlace place, boolean follow, Sink sink) throws IOException {
        long above = from == null ? Long.MIN_VALUE : from - 1;
        Pace pace = reading.pace(wal.storage(), place);
        // What comes meanwhile may come faster than it is read.
        boolean bounded = !follow && wal.storage().holder(place.home()) != null;
        long upTo = Long.MAX_VALUE;
        try (LogWalk walk = new LogWalk(wal.storage(), place, above, committed, !follow)) {
            while (!stopped && (limit == null || events < limit)) {
                LogWalk.Step step = walk.next();
                if (bounded && upTo == Long.MAX_VALUE) {
                    upTo = walk.durable();
                }
                if (step == LogWalk.Step.FRAME && walk.sequence() > upTo) {
                    break;
                }
                pace.step();
                if (step == LogWalk.Step.FRAME) {
                    frame(walk, sink);
                } else if (step == LogWalk.Step.DAMAGE) {
                    damages++;
                    wal.console().err().println("headrace: " + DamageText.of(walk.damage()));
                } else if (follow) {
                    LockSupport.parkNanos(POLL_NANOS);
                    // Whoever was away may have come back.
                    pace = reading.pace(wal.storage(), place);
                } else {
                    break;
                }
            }
        }
        if (stopped) {
            return ExitCode.FAILED;
        }
        return damages == 0 ? ExitCode.OK : ExitCode.INTEGRITY;
    }

    private void frame(LogWalk walk, Sink sink) throws IOException {
        if (walk.frame().type() != FrameType.DATA || !committed && walk.isCommitted()) {
            return;
        }
        try {
            cursor.wrap(walk.frame());
            while ((limit == null || events < limit) && cursor.next()) {
                if (matches()) {
                    sink.write(walk, cursor);
                    events++;
                }
            }
        } catch (FrameException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    walk.file() + ":" + walk.offset() + ": sequence " + walk.sequence() + ": " + e.getMessage(),
                    e);
        }
        stopped = !sink.frameDone(walk);
    }

    private boolean matches() {
        for (Map.Entry<String, String> header : wanted.entrySet()) {
            if (!header.getValue().equals(cursor.header(header.getKey()))) {
                return false;
            }
        }
        return true;
    }
}
