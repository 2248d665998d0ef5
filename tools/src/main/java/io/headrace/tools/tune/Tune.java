package io.headrace.tools.tune;

import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationProblem;
import io.headrace.engine.config.ConfigurationReport;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.tools.CommandException;
import io.headrace.tools.Console;
import io.headrace.tools.ExitCode;
import io.headrace.tools.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What the command does between its options and its exit code. Owned by one thread. */
public final class Tune {
    private final Console console;
    private final ComponentRegistry registry;
    private final Supplier<BooleanSupplier> stops;
    private final Machine machine;

    /** @param stops asked once when the work begins; what it gives ends the work early when true, at any time */
    public Tune(Console console, ComponentRegistry registry, Supplier<BooleanSupplier> stops) {
        this(console, registry, stops, Machine.real());
    }

    Tune(Console console, ComponentRegistry registry, Supplier<BooleanSupplier> stops, Machine machine) {
        this.console = console;
        this.registry = registry;
        this.stops = stops;
        this.machine = machine;
    }

    /**
     * Tunes.
     *
     * @param configuration null for the defaults
     * @param agentName which agent of it; null for its only one
     * @param write where to merge what is recommended; null for nowhere
     * @return false when it was stopped before it was done
     */
    public boolean run(TuneOptions options, Path configuration, String agentName, Path write, boolean json)
            throws IOException, InterruptedException {
        String refusal = write == null ? null : ConfigurationMerge.refusal(write);
        if (refusal != null) {
            throw new CommandException(ExitCode.USAGE, "--write: " + write + ": " + refusal);
        }
        Path read = configuration != null || write == null || !Files.exists(write) ? configuration : write;
        Pipeline pipeline = read == null ? Pipeline.usual(registry) : Pipeline.of(agent(read, agentName), registry);
        if (pipeline.baseline().values().isEmpty()) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    read + ": nothing of channel " + pipeline.channel() + " and sink " + pipeline.sink()
                            + " can be tuned (expected: a source with batchSize, a channel with a log or a sink link)");
        }
        Progress progress = new Progress(console);
        BooleanSupplier stop = stops.get();
        Tuning tuning = new Tuning(options, pipeline, read != null, registry, machine, stop, (fraction, text) -> {
            if (progress.isDue()) {
                progress.draw(fraction, text);
            }
        });
        TuneResult result;
        try {
            result = tuning.run();
        } finally {
            progress.clear();
        }
        if (json) {
            console.out().println(TuneJson.of(result));
        } else {
            TuneText.print(console.out(), result);
        }
        if (write != null && !result.stopped()) {
            write(write, read, pipeline, result, json);
        }
        return !result.stopped();
    }

    /** Is the far end of other machines' tuning until it is stopped. */
    public int listen(String host, int port) throws IOException {
        BooleanSupplier stop = stops.get();
        try (FarEnd far = start(host, port)) {
            console.err()
                    .println("listening on " + host + ":" + far.port() + " and " + far.linePort()
                            + "; on the other machine: headrace tune --peer HOST:" + far.port());
            console.err().flush();
            while (!stop.getAsBoolean()) {
                LockSupport.parkNanos(100_000_000L);
            }
        }
        return ExitCode.OK;
    }

    private static FarEnd start(String host, int port) {
        try {
            return FarEnd.start(host, port);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "--listen: " + e.getMessage() + " (expected: an address of this machine, with two free ports)",
                    e);
        }
    }

    private AgentConfiguration agent(Path file, String agentName) {
        ConfigurationLoader loader = ConfigurationLoader.standard(registry, false);
        if (agentName != null) {
            return loader.read(List.of(file), agentName).orThrow();
        }
        List<ConfigurationReport> reports = loader.readAll(List.of(file));
        if (reports.size() > 1) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--name: missing (expected: one of the agents in " + file + ": "
                            + String.join(
                                    ", ",
                                    reports.stream()
                                            .map(ConfigurationReport::agent)
                                            .toList())
                            + ")");
        }
        return reports.get(0).orThrow();
    }

    private void write(Path file, Path read, Pipeline pipeline, TuneResult result, boolean json) throws IOException {
        String text = Files.exists(file) ? ConfigurationMerge.read(file) : "";
        ConfigurationMerge merge = ConfigurationMerge.of(file, text, result.properties());
        PrintWriter out = json ? console.err() : console.out();
        out.println();
        if (merge.changes().isEmpty()) {
            out.println(file + ": as it was.");
            return;
        }
        if (file.equals(read)) {
            requireSound(file, pipeline, merge);
        }
        merge.writeTo(file);
        out.println(file + (text.isEmpty() ? ": written" : ": changed"));
        merge.changes().forEach(change -> out.println("  " + change));
    }

    private void requireSound(Path file, Pipeline pipeline, ConfigurationMerge merge) {
        ConfigurationReport report =
                ConfigurationLoader.standard(registry, false).readText(file, merge.text(), pipeline.agent());
        if (!report.isUsable()) {
            throw new ConfigurationException(file + ": left as it was, the result could not be used: "
                    + report.errors().stream()
                            .map(ConfigurationProblem::describe)
                            .findFirst()
                            .orElse(""));
        }
    }
}
