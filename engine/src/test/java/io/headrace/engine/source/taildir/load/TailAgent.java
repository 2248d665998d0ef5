package io.headrace.engine.source.taildir.load;

import io.headrace.engine.agent.Agent;
import io.headrace.engine.agent.AgentOptions;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.metrics.MetricGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A process with one agent, which ends in order when its standard input ends. What its components count is written to a
 * file over and over, so that the counts of a process that was killed are known as well.
 */
final class TailAgent {
    private static final int COUNTS_INTERVAL_MILLIS = 50;

    private TailAgent() {}

    /** Arguments: the configuration, and where the counts go. */
    public static void main(String[] arguments) throws Exception {
        Path configuration = Path.of(arguments[0]);
        Path counts = Path.of(arguments[1]);
        AgentConfiguration read = ConfigurationLoader.standard(false)
                .readText(configuration, Files.readString(configuration), "a1")
                .orThrow();
        Agent agent = Agent.create(read, AgentOptions.defaults().withDrain(Duration.ofSeconds(30)));
        agent.start();
        ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
        writer.scheduleAtFixedRate(() -> write(agent, counts), 0, COUNTS_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        while (System.in.read() >= 0) {
            // until whoever started this process closes its end, or is gone
        }
        agent.stop();
        writer.shutdown();
        writer.awaitTermination(10, TimeUnit.SECONDS);
        write(agent, counts);
    }

    private static void write(Agent agent, Path counts) {
        Properties values = new Properties();
        for (MetricGroup group : agent.metrics().groups()) {
            group.values().forEach((name, value) -> values.setProperty(group.name() + "." + name, value.toString()));
        }
        try {
            Path temporary = counts.resolveSibling(counts.getFileName() + ".tmp");
            try (Writer out = Files.newBufferedWriter(temporary)) {
                values.store(out, null);
            }
            Files.move(temporary, counts, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
