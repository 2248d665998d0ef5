package io.headrace.tools.powercut;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The rig behind {@code tools/src/rig/power-cuts}: runs in chains, each on a disk of its own, whose log lives on from one
 * cut to the next. Exit code 1 at the first violation, with image and logs kept.
 */
final class PowerCuts {
    private final Options options;
    private final PrintStream out = System.out;
    private volatile Chain chain;

    private PowerCuts(Options options) {
        this.options = options;
    }

    public static void main(String[] arguments) throws IOException {
        PowerCuts cuts = new PowerCuts(Options.read());
        Runtime.getRuntime().addShutdownHook(new Thread(cuts::cleanUp));
        System.exit(cuts.run());
    }

    private int run() throws IOException {
        long begun = System.nanoTime();
        long events = 0;
        long unacknowledged = 0;
        int done = 0;
        int others = 0;
        int spilling = 0;
        long chainSeed = options.seed();
        Violation violation = null;
        while (done < options.runs() && violation == null) {
            chain = new Chain(options, chainSeed);
            for (int link = 0; link < options.chain() && done < options.runs(); link++) {
                long runBegun = System.nanoTime();
                try {
                    Chain.Outcome outcome = chain.run();
                    events += outcome.acknowledged();
                    unacknowledged += outcome.unacknowledged();
                    done += outcome.counts() ? 1 : 0;
                    spilling += outcome.spilling() ? 1 : 0;
                    others += outcome.counts() ? 0 : 1;
                    out.printf(
                            Locale.ROOT,
                            "%-16s %3d/%d  seed %d.%d  %s  ok  %.1f s%n",
                            options.mode().option(),
                            done,
                            options.runs(),
                            chainSeed,
                            link + 1,
                            outcome.described(),
                            seconds(runBegun));
                } catch (IOException | RuntimeException e) {
                    violation = e instanceof Violation found ? found : new Violation("the rig itself failed: " + e);
                    out.printf(
                            "%-16s seed %d.%d  VIOLATION: %s%n",
                            options.mode().option(), chainSeed, link + 1, violation.getMessage());
                    break;
                }
            }
            chain.close();
            if (violation == null) {
                delete(chain.work());
                chainSeed++;
            }
        }
        out.printf("%n| mode | channel | appender | runs | seeds | commit | events acknowledged | lost or doubled |%n");
        out.printf("|---|---|---|---|---|---|---|---|%n");
        out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %d | %d to %d | %s | %,d | %s |%n",
                options.mode().option(),
                options.channel(),
                options.appender() + (options.sync().equals("always") ? "" : ", sync " + options.sync()),
                done,
                options.seed(),
                violation == null ? chainSeed - 1 : chainSeed,
                options.commit(),
                events,
                violation == null ? "0" : "VIOLATION");
        out.printf(
                Locale.ROOT,
                "%d runs%s in %.0f s; %,d events were sent and not acknowledged at the moment of a fault%n",
                done,
                (others == 0 ? "" : " and " + others + " that missed the moment")
                        + (options.channel().equals("dual") ? ", " + spilling + " while the channel spilled" : ""),
                seconds(begun),
                unacknowledged);
        if (violation != null) {
            out.println("kept: " + chain.work());
            out.println("again: tools/src/rig/power-cuts --mode "
                    + options.mode().option() + " --channel "
                    + options.channel() + " --appender " + options.appender() + " --sync " + options.sync() + " --seed "
                    + chainSeed + " --runs "
                    + options.chain() + (options.withoutSync() ? " --without-sync" : ""));
            return 1;
        }
        return 0;
    }

    private void cleanUp() {
        Chain open = chain;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
