package io.headrace.tools.wal;

import io.headrace.wal.CursorStart;
import io.headrace.wal.LogStatus;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The state of a log for people. Pure functions. */
public final class StatusText {
    private static final int MICROS = 1000;
    private static final String UNKNOWN = "not known without a checkpoint";

    private StatusText() {}

    public static void print(PrintWriter out, LogStatus status, List<String> slotFaults, long nowMillis) {
        line(out, "log", status.place().home().toString());
        if (status.place().dataFolders().size() > 1 || !status.place().missing().isEmpty()) {
            status.place().dataFolders().forEach(folder -> line(out, "data", folder.toString()));
            status.place().missing().forEach(folder -> line(out, "data", folder + " is not there"));
        }
        if (!status.place().checkpointFolder().equals(status.place().home())) {
            line(out, "checkpoint", status.place().checkpointFolder().toString());
        }
        line(out, "stream id", status.streamId().toString());
        line(out, "format", "version " + status.formatVersion());
        line(out, "open", open(status));
        if (status.identityChanged() != null) {
            line(
                    out,
                    "identity",
                    "a copy, moved or restored: the agent that opens it takes a new stream id, duplicates are possible; "
                            + status.identityChanged());
        }
        if (status.checkpointFault() != null) {
            line(out, "damage", status.checkpointFault());
        }
        slotFaults.forEach(fault -> line(out, "slot", DamageText.slot(fault)));
        status.missingSegments().forEach(path -> line(out, "damage", path + " is missing or its header is damaged"));
        line(
                out,
                "segments",
                Amounts.number(status.segments()) + " begun, " + Amounts.number(status.backlogSegments())
                        + " with backlog, " + Amounts.bytes(status.backlogBytes()));
        line(
                out,
                "sequences",
                (status.checkpointFault() != null
                                ? ""
                                : "low water " + Amounts.number(status.lowWater()) + ", durable "
                                        + Amounts.number(status.durable()) + ", ")
                        + "last " + Amounts.number(status.lastSequence()));
        line(
                out,
                "backlog",
                status.checkpointFault() != null
                        ? UNKNOWN
                        : Amounts.of(status.backlogEvents(), "event") + " in at most "
                                + Amounts.of(status.backlogFrames(), "frame"));
        line(out, "oldest event", status.oldestMicros() < 0 ? "none" : ago(status.oldestMicros() / MICROS, nowMillis));
        line(out, "last write", ago(status.lastWriteMillis(), nowMillis));
        line(out, "last checkpoint", ago(status.lastCheckpointMillis(), nowMillis));
        line(out, "ledger", status.checkpointFault() != null ? UNKNOWN : ledger(status));
        line(out, "cursors", Amounts.number(status.cursors().size()) + " beside the sinks'");
        cursors(out, "  ", status, nowMillis);
        line(out, "inputs", Amounts.number(status.inputs().size()));
        for (LogStatus.Input input : status.inputs()) {
            out.println("  " + input.number() + "  " + EventText.escape(input.key()) + "  " + input.kind() + ", "
                    + input.position() + ", " + ago(input.lastSeenMillis(), nowMillis));
        }
        line(out, "tokens", Amounts.number(status.tokens().size()));
        for (Map.Entry<String, byte[]> token : status.tokens().entrySet()) {
            out.println("  " + EventText.escape(token.getKey()) + "  " + Amounts.bytes(token.getValue().length));
        }
    }

    /** The cursors of a log, the sinks' first. */
    public static void printCursors(PrintWriter out, LogStatus status, long nowMillis) {
        out.println(CursorStart.SINKS + "  from sequence " + Amounts.number(status.lowWater() + 1) + ", at most "
                + Amounts.of(status.backlogFrames(), "frame") + " to come");
        cursors(out, "", status, nowMillis);
    }

    private static void cursors(PrintWriter out, String indent, LogStatus status, long nowMillis) {
        for (LogStatus.Cursor cursor : status.cursors()) {
            out.println(indent + cursor.name() + "  from sequence " + Amounts.number(cursor.lowWater() + 1)
                    + ", at most " + Amounts.of(cursor.backlogFrames(), "frame") + " to come, made with start = "
                    + EventText.escape(cursor.start()) + ", used " + ago(cursor.lastUsedMillis(), nowMillis));
        }
    }

    private static String open(LogStatus status) {
        if (status.holder() != null) {
            return "by " + status.holder();
        }
        return status.orderlyStop() ? "by nobody, stopped in order" : "by nobody, not stopped in order";
    }

    private static String ledger(LogStatus status) {
        long dropped =
                status.dropped().values().stream().mapToLong(Long::longValue).sum();
        StringBuilder text = new StringBuilder(Amounts.number(status.accepted()))
                .append(" accepted = ")
                .append(Amounts.number(status.delivered()))
                .append(" delivered + ")
                .append(Amounts.number(status.backlogEvents()))
                .append(" held + ")
                .append(Amounts.number(dropped))
                .append(" dropped");
        status.dropped()
                .forEach((reason, events) ->
                        text.append(", ").append(reason).append(' ').append(Amounts.number(events)));
        return text.append("; ")
                .append(Amounts.number(status.redelivered()))
                .append(" redelivered")
                .toString();
    }

    private static String ago(long millis, long nowMillis) {
        return millis <= 0
                ? "not known"
                : Amounts.millis(Math.max(0, nowMillis - millis)) + " ago, " + Instant.ofEpochMilli(millis);
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf("%-16s%s%n", name, value);
    }
}
