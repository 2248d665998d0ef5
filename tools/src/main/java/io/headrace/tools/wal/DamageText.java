package io.headrace.tools.wal;

import io.headrace.wal.LogCheck;
import io.headrace.wal.LogDamage;
import io.headrace.wal.LogPlace;
import io.headrace.wal.LogRepair;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What is damaged, missing and to be done, for people. Pure functions. */
public final class DamageText {
    private DamageText() {}

    /** {@code FILE:OFFSET: damaged up to END: FAULT; acknowledged sequences 3 to 5 are missing}. */
    public static String of(LogDamage damage) {
        String where =
                switch (damage.kind()) {
                    case FRAMES -> damage.file() + ":" + damage.offset() + ": damaged up to " + damage.end();
                    case SEGMENT -> damage.file() + ": segment";
                    case SIZE -> damage.file() + ": length";
                    case CHECKPOINT -> damage.file().toString();
                };
        return where + ": " + damage.fault() + "; " + missing(damage);
    }

    /** What it means that one of the two slots of a checkpoint does not hold. */
    static String slot(String fault) {
        return fault
                + "; the other slot holds and is used: nothing is lost, what was committed since it was written may come"
                + " again, and the agent writes this one anew";
    }

    private static String missing(LogDamage damage) {
        if (damage.kind() == LogDamage.Kind.CHECKPOINT) {
            return "what of the log is committed is not known";
        }
        if (damage.lost().isEmpty() && damage.lostOnCursors().isEmpty()) {
            return "nothing is missing, it was committed or holds no frame";
        }
        StringBuilder text = new StringBuilder("acknowledged data, ")
                .append(damage.lost().isEmpty() ? "nothing" : sequences(damage.lost()))
                .append(" missing");
        damage.lostOnCursors()
                .forEach((cursor, lost) ->
                        text.append("; on cursor ").append(cursor).append(' ').append(sequences(lost)));
        return text.toString();
    }

    private static String sequences(List<LogDamage.SequenceRange> lost) {
        return "sequence" + (LogDamage.count(lost) == 1 ? " " : "s ") + LogDamage.text(lost);
    }

    /** A line for each cursor beside the sinks' that misses anything. */
    private static void printCursors(
            PrintWriter out, String verb, Map<String, List<LogDamage.SequenceRange>> lostOnCursors) {
        lostOnCursors.forEach((cursor, lost) -> out.println(verb + " on cursor " + cursor + ": "
                + Amounts.of(LogDamage.count(lost), "sequence") + ": " + LogDamage.text(lost)));
    }

    public static void print(PrintWriter out, LogPlace place, LogCheck check, List<String> slotFaults) {
        check.damages().forEach(damage -> out.println(of(damage)));
        String read = Amounts.of(check.frames(), "frame") + ", " + Amounts.of(check.events(), "event") + ", "
                + Amounts.bytes(check.bytes()) + " read"
                + (check.frames() == 0 ? "" : ", up to sequence " + Amounts.number(check.last()));
        if (check.isSound()) {
            out.println(place.home() + ": sound, " + (check.frames() == 0 ? "nothing is waiting in it" : read)
                    + (check.holder() == null ? "" : "; open by " + check.holder()));
        } else {
            out.println(place.home() + ": damaged, " + total(check.damages()) + "; " + read);
            printCursors(out, "Missing", check.lostOnCursors());
            out.println("To go on without what is damaged: headrace wal repair " + place.home());
        }
        slotFaults.forEach(fault -> out.println(slot(fault)));
        if (check.tornBytes() > 0) {
            out.println(check.tornFile() + ":" + check.tornOffset() + ": torn tail of at least "
                    + Amounts.bytes(check.tornBytes())
                    + ", which was never durable: the agent cuts it when it starts, nothing is to be done");
        }
        if (check.identityChanged() != null) {
            out.println(place.home() + ": a copy, moved or restored (" + check.identityChanged()
                    + "): the agent that opens it takes a new stream id, duplicates are possible");
        }
    }

    public static void print(PrintWriter out, LogPlace place, LogRepair.Plan plan, boolean applied) {
        if (!plan.isNeeded()) {
            out.println(place.home() + ": nothing to repair");
            return;
        }
        plan.damages().forEach(damage -> out.println(of(damage)));
        out.println((applied ? "Lost: " : "Would be lost: ") + total(plan.damages()) + ", "
                + Amounts.of(plan.lostEvents(), "event")
                + (plan.uncounted() == 0
                        ? ""
                        : " and those of " + Amounts.of(plan.uncounted(), "sequence")
                                + " of which nothing says how many they held")
                + ", counted as dropped (" + LogRepair.REASON + ")"
                + (plan.uncounted() == 0 ? "" : " as far as known"));
        printCursors(out, applied ? "Lost" : "Would be lost", plan.lostOnCursors());
        if (plan.damages().stream().anyMatch(damage -> damage.kind() == LogDamage.Kind.CHECKPOINT)) {
            out.println(
                    "Without a checkpoint all that is in the segments comes again, committed or not; positions of inputs,"
                            + " tokens of sinks and the ledger begin anew");
        }
        for (Map.Entry<Path, List<Path>> aside : plan.aside().entrySet()) {
            for (Path file : aside.getValue()) {
                out.println((applied ? "Copied aside: " : "Would be copied aside: ") + file + " to " + aside.getKey());
            }
        }
        out.println((applied ? "Copied: " : "Would be copied: ") + Amounts.of(plan.copyFrames(), "frame") + ", "
                + Amounts.bytes(plan.copyBytes())
                + ", into new segments; what was there stays until the agent uses it again");
        out.println((applied ? "The log has" : "The log would get")
                + " a new stream id: receivers may get again what they had, and are told of no gap");
        out.println(
                applied
                        ? place.home() + ": repaired"
                        : place.home() + ": nothing was changed; to do it: headrace wal repair --apply "
                                + place.home());
    }

    private static String total(List<LogDamage> damages) {
        List<LogDamage.SequenceRange> lost =
                damages.stream().flatMap(damage -> damage.lost().stream()).toList();
        long sequences = damages.stream().mapToLong(LogDamage::lostSequences).sum();
        String places = Amounts.of(damages.size(), "place");
        return lost.isEmpty()
                ? places + ", no sequence missing"
                : places + ", " + Amounts.of(sequences, "sequence") + " missing: " + LogDamage.text(lost);
    }
}
