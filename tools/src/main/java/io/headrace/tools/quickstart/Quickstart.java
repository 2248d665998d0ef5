package io.headrace.tools.quickstart;

import io.headrace.tools.CommandException;
import io.headrace.tools.Console;
import io.headrace.tools.ExitCode;
import io.headrace.tools.Progress;
import io.headrace.tools.generate.AccessLogLines;
import io.headrace.tools.generate.LineWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The course of a quickstart: lines, two processes, kills, and what came of it. Owned by one thread; {@link #abort} is
 * for any thread.
 */
public final class Quickstart {
    private static final long SEGMENTS_BYTES = 512L << 20;
    private static final long MOST_BACKLOG_BYTES = 1L << 30;
    private static final int USUAL_BATCH_LINES = 2000;
    private static final int SINK_DEFAULT = 0;
    private static final int LEAST_BATCH_LINES = 20;
    /** So many batches a small input is sent in at least, so that a kill finds it on its way. */
    private static final long LEAST_BATCHES = 400;

    private final QuickstartOptions options;
    private final Console console;
    private final Progress progress;
    private Workspace workspace;
    private Tiers tiers;
    private boolean aborted;

    public Quickstart(QuickstartOptions options, Console console) {
        this.options = options;
        this.console = console;
        this.progress = new Progress(console);
    }

    /** What there is to say at the end. */
    public record Result(String text, String json, List<String> checks, boolean sound) {}

    /**
     * Runs it. Processes and folder are gone when this returns or throws, but for what {@code keep} keeps: input and
     * output, and after a failure everything.
     */
    public Result run() throws IOException, InterruptedException {
        List<InputFile> given = InputFile.of(options.files());
        boolean done = false;
        try {
            open();
            requireSpace(InputFile.totalBytes(given));
            List<InputFile> inputs = given.isEmpty() ? InputFile.of(List.of(generate())) : given;
            Result result = deliver(inputs);
            done = true;
            return result;
        } finally {
            close(done);
        }
    }

    /** Kills the processes and deletes the folder, for when the run is interrupted; {@link #run} then fails. */
    public void abort() throws IOException {
        Workspace used;
        synchronized (this) {
            aborted = true;
            used = workspace;
        }
        killTiers();
        if (used != null) {
            used.delete();
        }
    }

    /** Whether {@link #abort} was called. */
    public synchronized boolean isAborted() {
        return aborted;
    }

    private void open() throws IOException {
        Workspace made = Workspace.create(options.folder());
        synchronized (this) {
            workspace = made;
            if (aborted) {
                throw new IOException("interrupted");
            }
        }
        progress.note("Working in " + made.root() + " (" + made.fileSystem() + "); seed " + options.seed() + ".");
        if (made.isInMemory()) {
            progress.note("WARNING: " + made.fileSystem() + " is memory: nothing written there is durable, and figures"
                    + " say nothing about a disk. --dir names another folder.");
        }
    }

    private void requireSpace(long givenBytes) throws IOException {
        long generated = options.files().isEmpty() ? options.lines() * options.lineBytes() : 0;
        long bytes = generated + givenBytes;
        workspace.requireSpace(generated + bytes + 2 * Math.min(bytes, MOST_BACKLOG_BYTES) + SEGMENTS_BYTES);
    }

    private Path generate() throws IOException {
        Path file = workspace.input().resolve("access.log");
        AccessLogLines lines = new AccessLogLines(options.seed(), options.lines(), options.lineBytes());
        LineWriter writer = new LineWriter(lines, 0, written -> {
            if (progress.isDue()) {
                progress.draw(
                        (double) written / options.lines(), "writing " + QuickstartLedger.count(written) + " lines");
            }
        });
        try (OutputStream out = Files.newOutputStream(file)) {
            writer.writeTo(out);
        }
        progress.note(String.format(
                Locale.ROOT, "Wrote %,d lines, %,d MiB, to send.", options.lines(), lines.bytesWritten() >> 20));
        return file;
    }

    private Result deliver(List<InputFile> inputs) throws IOException, InterruptedException {
        long totalBytes = InputFile.totalBytes(inputs);
        startTiers(inputs, totalBytes);
        Transfer transfer = new Transfer(options, tiers, new Delivery(workspace.output()), totalBytes, progress);
        Transfer.Outcome outcome = transfer.run();
        if (outcome.stalled()) {
            tiers.explain(progress);
        }
        List<String> remarks = new ArrayList<>(tiers.stop());
        if (outcome.stalled()) {
            remarks.add(
                    "given up: nothing arrived for " + options.stallTimeout().toSeconds() + " s");
        }
        progress.note("Comparing output with input.");
        LineTally tally = compare(inputs, remarks);
        QuickstartLedger ledger = new QuickstartLedger(
                options,
                workspace.fileSystem(),
                inputs.size(),
                totalBytes,
                tally,
                outcome.kills(),
                outcome.elapsedNanos(),
                outcome.ackLatency(),
                tiers.agent().peakResidentBytes(),
                tiers.collector().peakResidentBytes(),
                remarks);
        return new Result(ledger.text(), ledger.json(), checks(inputs), ledger.isSound());
    }

    private void startTiers(List<InputFile> inputs, long totalBytes) throws IOException, InterruptedException {
        FreePorts ports = new FreePorts();
        PipelineConfig config = new PipelineConfig(workspace, ports.next());
        int batchLines = (int) Math.max(
                LEAST_BATCH_LINES, Math.min(USUAL_BATCH_LINES, totalBytes / options.lineBytes() / LEAST_BATCHES));
        Path agentConfig = Files.writeString(
                workspace.agent().resolve("agent.properties"), config.agent(inputs, options.channel(), batchLines));
        Path collectorConfig = Files.writeString(
                workspace.collector().resolve("collector.properties"),
                config.collector(batchLines == USUAL_BATCH_LINES ? SINK_DEFAULT : batchLines));
        AgentLauncher launcher = new AgentLauncher();
        Tiers made = new Tiers(
                new AgentProcess(launcher, PipelineConfig.AGENT, agentConfig, workspace.agent(), ports.next()),
                new AgentProcess(
                        launcher, PipelineConfig.COLLECTOR, collectorConfig, workspace.collector(), ports.next()));
        synchronized (this) {
            if (aborted) {
                throw new IOException("interrupted");
            }
            tiers = made;
        }
        progress.note("Starting a collector and an agent: two processes, the agent with a "
                + options.channel().name().toLowerCase(Locale.ROOT) + " channel, the collector with a file channel.");
        made.startCollector(progress);
    }

    private LineTally compare(List<InputFile> inputs, List<String> remarks) throws IOException {
        Delivery delivery = new Delivery(workspace.output());
        OutputComparison comparison = new OutputComparison();
        LineTally sum = LineTally.NOTHING;
        for (InputFile input : inputs) {
            if (input.hasChanged()) {
                throw new CommandException(
                        ExitCode.FAILED, input.path() + ": changed while it was read (expected: a file at rest)");
            }
            LineTally tally = comparison.compare(input.path(), delivery.filesOf(input));
            if (!tally.equal() && inputs.size() > 1) {
                remarks.add("differs: " + input.path());
            }
            sum = sum.plus(tally);
        }
        for (Path stranger : delivery.strangers(inputs)) {
            if (Files.size(stranger) > 0) {
                remarks.add("belongs to no input: " + workspace.output().relativize(stranger));
                sum = sum.plus(new LineTally(false, 0, 0, 0, 0, 1, true));
            }
        }
        return sum;
    }

    /** What a person can type to see for himself. */
    private List<String> checks(List<InputFile> inputs) throws IOException {
        if (!options.keep()) {
            return List.of();
        }
        List<String> checks = new ArrayList<>();
        Delivery delivery = new Delivery(workspace.output());
        for (InputFile input : inputs) {
            List<Path> files = delivery.filesOf(input);
            if (files.size() == 1) {
                checks.add("cmp " + quoted(input.path()) + " " + quoted(files.get(0)));
            } else {
                StringBuilder all = new StringBuilder("cat");
                files.forEach(file -> all.append(' ').append(quoted(file)));
                checks.add((files.isEmpty() ? "cat /dev/null" : all) + " | cmp " + quoted(input.path()) + " -");
            }
        }
        return checks;
    }

    private static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[A-Za-z0-9_./:@%+=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    private void close(boolean done) throws IOException {
        killTiers();
        if (isAborted() || workspace == null) {
            return;
        }
        if (!options.keep()) {
            workspace.delete();
        } else if (done) {
            workspace.deleteWork();
        } else {
            progress.note("Kept for a look: " + workspace.root());
        }
    }

    private void killTiers() {
        Tiers running;
        synchronized (this) {
            running = tiers;
        }
        if (running != null) {
            running.killForGood();
        }
    }
}
