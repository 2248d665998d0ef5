package io.headrace.tools;

import io.headrace.frame.FrameLayout;
import io.headrace.tools.bench.BenchValues;
import io.headrace.tools.logging.LogRequest;
import io.headrace.tools.tune.Goal;
import io.headrace.tools.tune.Tune;
import io.headrace.tools.tune.TuneOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Finds settings for this machine. */
@Command(
        name = "tune",
        description = {
            "Find settings for this machine: measure disk, processor and line, try, and compare with what is used now.",
            "It takes a minute (--budget), and changes no file without --write. Without a configuration it begins with"
                    + " the defaults of a source TAILDIR, a channel file and a sink link.",
            "",
            "Trials run an agent of this product, whose source puts events as fast as they are taken or at a fixed rate,"
                    + " whose channel has a log in a folder of its own, and whose sink sends them over the link to a"
                    + " far end. What is recommended was compared with the default, or with the configuration"
                    + " given, in alternation; where nothing is better, or the time was too short to tell, it says so. When a log is synced is left as it"
                    + " is: that is not for speed to decide.",
            "",
            "The far end is in the same process, behind the loopback interface, and keeps events in memory. To measure the"
                    + " line to another machine, run 'headrace tune --listen ADDRESS:PORT' there and name it here with"
                    + " --peer; it needs that port and the next one, and is for the time of the measurement only:"
                    + " whoever reaches it may send.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace tune                                    for throughput, events of 200 bytes",
            "  headrace tune --goal latency --size 1000 --dir /var/lib/headrace",
            "  headrace tune --goal throughput --p99 2ms        as fast as it goes within 2 ms",
            "  headrace tune --conf a1.properties --write a1.properties",
            "      what this configuration gains, merged into it; comments stay",
            "  headrace tune --peak 50000 --outage 2h           and what an outage of two hours needs",
            "  headrace tune --peer collector:5140              over the line to another machine",
            "",
            "Exit codes: 0 done, also without a gain; 1 failed; 64 usage, also a folder in memory (tmpfs);",
            "      78 configuration; 130 stopped by Ctrl-C, with what was found until then."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class TuneCommand implements Callable<Integer> {
    private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(us|ms|s|m|h|d)");
    private static final Pattern ADDRESS = Pattern.compile("(.+):(\\d{1,5})");
    private static final int SMALLEST = 16;
    private static final int LARGEST = FrameLayout.MAX_FRAME_BYTES / 2;
    private static final Duration SHORTEST_BUDGET = Duration.ofSeconds(10);
    private static final long MOST_PEAK = 1_000_000_000L;
    private static final Duration LONGEST_OUTAGE = Duration.ofDays(365);
    private static final Set<String> NOT_OF_LISTEN = Set.of(
            "--goal",
            "--p99",
            "--size",
            "--dir",
            "--conf",
            "--name",
            "--budget",
            "--peak",
            "--outage",
            "--peer",
            "--write",
            "--json");

    @ParentCommand
    private HeadraceCommand headrace;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--goal",
            paramLabel = "GOAL",
            defaultValue = "throughput",
            description = "What is to become better: throughput (as many events as go), latency (as soon as goes) or"
                    + " balanced, which is both"
                    + " (default: ${DEFAULT-VALUE}).")
    private String goal;

    @Option(
            names = "--p99",
            paramLabel = "TIME",
            description = "A limit: within this time 99 %% of the events are to be delivered, e.g. 2ms.")
    private String p99;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "200",
            description = "Bytes of an event (default: ${DEFAULT-VALUE}).")
    private String size;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where logs are to be kept: a folder on that disk, in which files are made and removed"
                    + " (default: that of the configuration, or the current folder).")
    private Path folder;

    @Option(
            names = "--conf",
            paramLabel = "FILE",
            description = "A configuration to begin with, whose components the result names; of several sinks the first"
                    + " link, or the first.")
    private Path configuration;

    @Option(
            names = {"-n", "--name"},
            paramLabel = "NAME",
            description = "Which agent of the configuration, where there are several.")
    private String name;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long it may take, 10s or more (default: ${DEFAULT-VALUE}); longer finds more.")
    private String budget;

    @Option(
            names = "--peak",
            paramLabel = "N",
            description =
                    "Events a second at most: latency is measured at that rate, and how long an outage the channel"
                            + " can bear is worked out.")
    private String peak;

    @Option(
            names = "--outage",
            paramLabel = "TIME",
            description = "An outage of the next tier that is to be borne at --peak, e.g. 2h.")
    private String outage;

    @Option(
            names = "--peer",
            paramLabel = "HOST:PORT",
            description = "Send to a tune --listen of another machine, not to a far end in this process.")
    private String peer;

    @Option(names = "--listen", paramLabel = "ADDRESS:PORT", description = "Be the far end for others, until Ctrl-C.")
    private String listen;

    @Option(
            names = "--write",
            paramLabel = "FILE",
            description =
                    "Merge what is recommended into this configuration, or make it; without --conf it is the one to"
                            + " begin with, too.")
    private Path write;

    @Option(names = "--json", description = "Print all as one JSON object, every trial, too.")
    private boolean json;

    @Mixin
    private PlugInOptions plugIns = new PlugInOptions();

    @Override
    public Integer call() throws Exception {
        System.setProperty(LogRequest.LEVEL_PROPERTY, headrace.debug() ? "debug" : "error");
        StopSignals[] signals = new StopSignals[1];
        Tune tune = new Tune(headrace.console(), plugIns.registry(), () -> {
            signals[0] = StopSignals.handle(() -> {});
            return signals[0]::isAsked;
        });
        if (listen != null) {
            Matcher far = address("--listen", listen);
            requireAlone();
            return tune.listen(far.group(1), Integer.parseInt(far.group(2)));
        }
        boolean done = tune.run(options(), configuration, name, write, json);
        return done ? ExitCode.OK : signals[0].exitCode();
    }

    /** The far end has nothing to set: an option beside it is a mistake. */
    private void requireAlone() {
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (NOT_OF_LISTEN.contains(option.longestName())) {
                throw wrong("--listen", listen, "without " + option.longestName());
            }
        }
    }

    private TuneOptions options() {
        if (name != null && configuration == null && (write == null || !Files.exists(write))) {
            throw wrong("--name", name, "with --conf FILE");
        }
        if (outage != null && peak == null) {
            throw wrong("--outage", outage, "with --peak N");
        }
        Matcher to = peer == null ? null : address("--peer", peer);
        try {
            return new TuneOptions(
                    Goal.parse(goal),
                    p99 == null
                            ? 0
                            : time("--p99", p99, Duration.ofNanos(1_000), Duration.ofMinutes(1))
                                            .toNanos()
                                    / 1e3,
                    (int) BenchValues.bytes("size", size, SMALLEST, LARGEST),
                    folder,
                    time("--budget", budget, SHORTEST_BUDGET, TuneOptions.LONGEST_BUDGET),
                    peak == null ? 0 : BenchValues.count("peak", peak, 1, MOST_PEAK),
                    outage == null ? null : time("--outage", outage, Duration.ofSeconds(1), LONGEST_OUTAGE),
                    to == null ? null : to.group(1),
                    to == null ? 0 : Integer.parseInt(to.group(2)));
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--" + e.getMessage(), e);
        }
    }

    private static Matcher address(String option, String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches()
                || Integer.parseInt(matcher.group(2)) < 1
                || Integer.parseInt(matcher.group(2)) > 65_534) {
            throw wrong(option, text, "HOST:PORT, with a port of 1..65534");
        }
        return matcher;
    }

    static Duration time(String option, String text, Duration least, Duration most) {
        Matcher matcher = TIME.matcher(text.toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            double nanos = Double.parseDouble(matcher.group(1))
                    * switch (matcher.group(2)) {
                        case "us" -> 1e3;
                        case "ms" -> 1e6;
                        case "s" -> 1e9;
                        case "m" -> 60e9;
                        case "h" -> 3_600e9;
                        default -> 86_400e9;
                    };
            if (nanos >= least.toNanos() && nanos <= most.toNanos()) {
                return Duration.ofNanos((long) nanos);
            }
        }
        throw wrong(option, text, shown(least) + ".." + shown(most) + ", with its unit: us, ms, s, m, h or d");
    }

    private static String shown(Duration time) {
        if (time.toMillis() < 1) {
            return time.toNanos() / 1_000 + "us";
        }
        return time.toDays() > 1
                ? time.toDays() + "d"
                : time.toHours() > 0 ? time.toHours() + "h" : time.toSeconds() + "s";
    }

    private static CommandException wrong(String option, Object value, String expected) {
        return new CommandException(ExitCode.USAGE, option + ": " + value + " (expected: " + expected + ")");
    }
}
