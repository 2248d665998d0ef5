package io.headrace.tools.tune;

import io.headrace.tools.wal.Amounts;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What tuning found, for people. Pure functions. */
final class TuneText {
    private static final double MEGA = 1e6;
    private static final double GIGA = 1e9;

    private TuneText() {}

    static void print(PrintWriter out, TuneResult result) {
        measured(out, result);
        out.println();
        limit(out, result);
        out.println();
        comparison(out, result);
        out.println();
        properties(out, result);
        if (result.outage() != null) {
            out.println();
            outage(out, result.outage(), result.pipeline().hasLog());
        }
    }

    private static void measured(PrintWriter out, TuneResult result) {
        out.printf(
                Locale.ROOT,
                "Measured in %.0f s: events of %d bytes, %s, %s, Java %s%n",
                result.seconds(),
                result.options().size(),
                Amounts.of(result.processors(), "processor"),
                result.fileSystem(),
                Runtime.version().feature());
        out.println("  in " + result.folder());
        ProcessorSpeed processor = result.processor();
        if (processor.isMeasured()) {
            processor(out, processor, result.options().size());
        }
        if (result.line() != null) {
            out.printf(
                    Locale.ROOT,
                    "  the line        %s: %s, round trip %s%n",
                    result.peer() == null ? "loopback" : result.peer(),
                    speed(result.line().bytesPerSecond()),
                    time(result.line().roundTripMicros()));
        }
        if (result.disk() != null && !result.disk().rows().isEmpty()) {
            disk(out, result.disk());
        }
    }

    private static void processor(PrintWriter out, ProcessorSpeed processor, int size) {
        out.printf(
                Locale.ROOT,
                "  one processor   copies %s, checksums %s, encodes %s%n",
                speed(processor.copyBytesPerSecond()),
                speed(processor.checksumBytesPerSecond()),
                speed(processor.encodedEventsPerSecond() * size));
        out.println("  there and back  "
                + processor.handOffMicros().entrySet().stream()
                        .map(each -> each.getKey().name().toLowerCase(Locale.ROOT) + " "
                                + String.format(Locale.ROOT, "%.0f us", each.getValue()))
                        .collect(Collectors.joining(", ")));
    }

    private static void disk(PrintWriter out, DiskSpeed disk) {
        out.println("  the disk, each group synced:");
        List<String> appenders = DiskProbe.APPENDERS.stream()
                .filter(each ->
                        disk.rows().stream().anyMatch(row -> row.appender().equals(each)))
                .toList();
        out.println("    group     "
                + appenders.stream()
                        .map(each -> String.format(Locale.ROOT, "%-23s", each))
                        .collect(Collectors.joining())
                        .stripTrailing());
        for (int group : DiskProbe.GROUPS) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "    %4d KiB  ", group / 1024));
            for (String appender : appenders) {
                DiskSpeed.Row row = disk.row(appender, group);
                String cell = row == null ? "" : speed(row.bytesPerSecond()) + " in " + time(row.p50Micros());
                line.append(String.format(Locale.ROOT, "%-23s", cell));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static void limit(PrintWriter out, TuneResult result) {
        if (result.use() == null) {
            out.println("What limits: not known, stopped before.");
            return;
        }
        Use use = result.use();
        boolean latency = result.options().goal() == Goal.LATENCY;
        String what = latency ? "of the time that an event takes" : "of what there is";
        out.println("What limits: the " + use.limit().label() + why(use));
        out.printf(
                Locale.ROOT,
                "  used %s: processor %s, device %s, wire %s%n",
                what,
                percent(use.processor()),
                result.pipeline().hasLog() ? percent(use.device()) : "none",
                result.line() == null ? "none" : percent(use.wire()));
    }

    private static String why(Use use) {
        if (use.isLatencyOfLog()) {
            return ": events wait for the log " + percent(use.logWait()) + " of their time";
        }
        if (!use.isUsedUp()) {
            return ", if anything: nothing is used up";
        }
        return use.near().isEmpty()
                ? ""
                : ", and as much the " + use.near().stream().map(Limit::label).collect(Collectors.joining(" and the "));
    }

    private static void comparison(PrintWriter out, TuneResult result) {
        Comparison comparison = result.comparison();
        TuneOptions options = result.options();
        String base = result.fromFile() ? "as configured" : "default";
        if (!comparison.isVerified()) {
            out.println("Stopped before the comparison was done: what follows is of "
                    + Amounts.of(result.trials().size(), "trial") + ", not verified.");
            return;
        }
        boolean same = comparison.bestFull().equals(comparison.baseFull());
        out.printf(Locale.ROOT, "%-15s %12s %10s %10s %10s%n", "", "events/s", "bytes/s", "p50", "p99");
        row(out, base, comparison.baseFull(), comparison.basePaced(), options.size());
        if (!same) {
            row(out, "best found", comparison.bestFull(), comparison.bestPaced(), options.size());
        }
        out.println("  (p50 and p99 at " + count(result.pacedRate()) + " events/s, from due to acknowledged)");
        double gain = comparison.gain(options.goal(), options.p99LimitMicros());
        String pairs = comparison.pairs() + " pairs in alternation";
        double[] ratios = comparison.ratios(options.goal(), options.p99LimitMicros());
        if (result.isTooShortToTell()) {
            out.printf(Locale.ROOT, "Too short to tell: %.0f s showed no gain and left this open:%n", result.seconds());
        } else if (same) {
            out.println(
                    "No gain: none of " + Amounts.of(tried(result), "other setting") + " that were tried was better.");
        } else if (gain == 0) {
            out.println("No gain: " + pairs + " show no difference beyond the noise (better in "
                    + Comparison.better(ratios) + ").");
        } else {
            out.printf(
                    Locale.ROOT,
                    "Gain for %s: %s (verified by %s, better in %d)%n",
                    options.goal().label(),
                    gain(gain),
                    pairs,
                    Comparison.better(ratios));
        }
        if (result.shortage() != null) {
            shortage(out, result);
        }
        double p99 = Comparison.median(gain > 0 ? comparison.bestPaced() : comparison.basePaced(), Trial::boundMicros);
        if (options.p99LimitMicros() > 0 && p99 > options.p99LimitMicros()) {
            out.println("The limit for p99, " + time(options.p99LimitMicros()) + ", is not kept by anything found.");
        }
    }

    private static void shortage(PrintWriter out, TuneResult result) {
        Shortage shortage = result.shortage();
        Untried untried = shortage.untried();
        if (!result.isTooShortToTell()) {
            out.println("There was no time for this:");
        }
        if (untried.candidates() > 0) {
            out.println("  " + untried.candidates() + " of " + untried.ofCandidates() + " candidates not tried");
        }
        if (untried.rounds() > 0) {
            out.println("  " + untried.rounds() + " of " + untried.ofRounds()
                    + " rounds among candidates not done, the better half of each goes on");
        }
        if (untried.values() > 0) {
            out.println("  " + untried.values() + " of " + untried.ofValues()
                    + " values beside those of the best not compared with them");
        }
        if (shortage.undecided()) {
            TuneOptions options = result.options();
            double[] ratios = result.comparison().ratios(options.goal(), options.p99LimitMicros());
            out.println("  pairs contradict each other: the best found was better in " + Comparison.better(ratios)
                    + " of " + ratios.length);
        }
        out.println(
                shortage.budget() == null
                        ? "  and no time that may be asked for is enough: a trial takes too long here"
                        : "  with --budget " + shortage.budget().toSeconds() + "s it should be enough");
    }

    private static long tried(TuneResult result) {
        return result.trials().stream().map(Trial::candidate).distinct().count() - 1;
    }

    private static void row(PrintWriter out, String name, List<Trial> full, List<Trial> paced, int size) {
        double rate = Comparison.median(full, Trial::eventsPerSecond);
        boolean keptUp = paced.stream().allMatch(Trial::keptUp);
        out.printf(
                Locale.ROOT,
                "%-15s %12s %10s %10s %10s%s%n",
                name,
                full.isEmpty() ? "-" : count(rate),
                full.isEmpty() ? "-" : speed(rate * size).replace("/s", ""),
                paced.isEmpty() ? "-" : time(Comparison.median(paced, Trial::p50Micros)),
                paced.isEmpty() ? "-" : time(Comparison.median(paced, Trial::p99Micros)),
                keptUp ? "" : "   (did not keep up)");
    }

    private static void properties(PrintWriter out, TuneResult result) {
        boolean verified = result.comparison().isVerified();
        if (result.properties().isEmpty()) {
            String change = result.isTooShortToTell() ? "Nothing to recommend yet." : "Nothing to change.";
            out.println(verified ? change : "Best so far: the settings in use.");
            return;
        }
        out.println(verified ? "Recommended, ready to paste:" : "Best so far:");
        out.println();
        print(out, result.properties());
    }

    private static void print(PrintWriter out, Map<String, String> properties) {
        properties.forEach((key, value) -> out.println(key + " = " + value));
    }

    private static void outage(PrintWriter out, Outage outage, boolean hasLog) {
        out.println("An outage of the next tier at " + count(outage.peak()) + " events/s:");
        if (outage.outage() != null) {
            out.printf(
                    Locale.ROOT,
                    "  %s needs %s events (%s x %s s x 1.5),%n  %s%s%n",
                    duration(outage.outage()),
                    count(outage.events()),
                    count(outage.peak()),
                    Amounts.number(outage.outage().toSeconds()),
                    Amounts.bytes(outage.bytes()),
                    hasLog ? " of the log" : "");
        }
        out.printf(
                Locale.ROOT,
                "  %-17s %s events: %s%s%n",
                outage.capacityKey(),
                count(outage.capacity()),
                duration(outage.capacityLasts()),
                outage.needsCapacity() ? ", too few" : "");
        if (hasLog) {
            out.printf(
                    Locale.ROOT,
                    "  %-17s %s: %s%s%n",
                    "free disk",
                    Amounts.bytes(outage.usableBytes()),
                    duration(outage.diskLasts()),
                    outage.needsDisk() ? ", too little" : "");
        }
    }

    private static String gain(double gain) {
        return gain < 2
                ? String.format(Locale.ROOT, "%+.0f %%", gain * 100)
                : String.format(Locale.ROOT, "%.1f times", gain + 1);
    }

    private static String percent(double share) {
        return Math.round(share * 100) + " %";
    }

    private static String count(double count) {
        return String.format(Locale.ROOT, "%,d", Math.round(count));
    }

    /** In decimal units, as devices and lines are named. */
    private static String speed(double bytesPerSecond) {
        if (bytesPerSecond >= GIGA) {
            return String.format(Locale.ROOT, "%.1f GB/s", bytesPerSecond / GIGA);
        }
        return String.format(
                Locale.ROOT, bytesPerSecond >= 10 * MEGA ? "%.0f MB/s" : "%.1f MB/s", bytesPerSecond / MEGA);
    }

    static String time(double micros) {
        if (micros < 1_000) {
            return String.format(Locale.ROOT, "%.0f us", micros);
        }
        return micros < 1e6
                ? String.format(Locale.ROOT, "%.1f ms", micros / 1e3)
                : String.format(Locale.ROOT, "%.1f s", micros / 1e6);
    }

    private static String duration(Duration duration) {
        return Amounts.millis(duration.toMillis());
    }
}
