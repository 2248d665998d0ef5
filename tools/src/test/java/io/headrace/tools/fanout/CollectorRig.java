package io.headrace.tools.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An agent that tails growing files and sends what it finds to collectors, which write what they get: processes, each with
 * a folder of its own and channels of type {@code file}, on this machine or others. Used by one thread.
 */
final class CollectorRig {
    /** An agent with a source {@code link}. */
    record Collector(String name, String host, int port, KilledAgent agent, RolledOutput output) {}

    private static final String TAILING = """
            a1.sources = tail
            a1.channels = c1
            a1.sinks = @SINKS@
            a1.sources.tail.type = TAILDIR
            a1.sources.tail.channels = c1
            a1.sources.tail.filegroups = f
            a1.sources.tail.filegroups.f = @DIR@/in/.*
            a1.sources.tail.positionFile = @DIR@/position.json
            a1.channels.c1.type = file
            a1.channels.c1.dataDirs = @DIR@/log
            a1.channels.c1.minimumRequiredSpace = 1048576
            """;

    private static final String SINK = """
            a1.sinks.@SINK@.type = link
            a1.sinks.@SINK@.channel = c1
            a1.sinks.@SINK@.hostname = @HOST@
            a1.sinks.@SINK@.port = @PORT@
            a1.sinks.@SINK@.max-backoff = 500
            """;

    private static final String COLLECTING = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = out
            a1.sources.r1.type = link
            a1.sources.r1.bind = @BIND@
            a1.sources.r1.port = @PORT@
            a1.sources.r1.channels = c1
            a1.channels.c1.type = file
            a1.channels.c1.dataDirs = @DIR@/log
            a1.channels.c1.minimumRequiredSpace = 1048576
            a1.sinks.out.type = file_roll
            a1.sinks.out.channel = c1
            a1.sinks.out.sink.directory = @DIR@/out
            a1.sinks.out.sink.rollInterval = 1
            """;

    private final Path folder;
    private final long longestWaitSeconds;
    private final GrowingFiles files;
    private final List<Collector> collectors = new ArrayList<>();
    private KilledAgent sender;

    /**
     * @param longestWaitSeconds for anything
     * @param seed of what is written
     */
    CollectorRig(Path folder, long longestWaitSeconds, long seed) throws IOException {
        this.folder = folder;
        this.longestWaitSeconds = longestWaitSeconds;
        this.files = new GrowingFiles(folder.resolve("in"), seed);
    }

    /**
     * Makes a collector on this machine, which nobody sends to by that alone.
     *
     * @param more settings, in place of those of the same name or beside them; {@code @DIR@} is its folder
     */
    Collector collector(String name, String more) throws IOException {
        return collector(name, "127.0.0.1", KilledAgent.freePort(), more, List.of());
    }

    /**
     * Makes one on another machine.
     *
     * @param where what to put before a command so that it runs there
     */
    Collector collector(String name, String host, int port, String more, List<String> where) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        RolledOutput output = new RolledOutput(Files.createDirectories(home.resolve("out")));
        KilledAgent agent = agent(
                home,
                with(COLLECTING, more)
                        .replace("@BIND@", where.isEmpty() ? host : "0.0.0.0")
                        .replace("@PORT@", Integer.toString(port)),
                where);
        Collector made = new Collector(name, host, port, agent, output);
        collectors.add(made);
        return made;
    }

    /**
     * Makes the agent that sends, with a sink for each of some collectors: {@code k0}, {@code k1} and so on.
     *
     * @param ofSinks more settings of each sink; {@code @SINK@} is its name
     * @param more settings
     */
    KilledAgent sender(List<Collector> to, String ofSinks, String more, List<String> where) throws IOException {
        StringBuilder sinks = new StringBuilder();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < to.size(); i++) {
            sinks.append(i == 0 ? "" : " ").append('k').append(i);
            text.append((SINK + ofSinks)
                    .replace("@SINK@", "k" + i)
                    .replace("@HOST@", to.get(i).host())
                    .replace("@PORT@", Integer.toString(to.get(i).port())));
        }
        sender = agent(folder, TAILING.replace("@SINKS@", sinks) + text + more, where);
        return sender;
    }

    /**
     * A sink group of so many sinks.
     *
     * @param kind {@code failover}, the first sink first, or a selector of {@code load_balance}
     */
    static String group(String kind, int sinks) {
        StringBuilder names = new StringBuilder();
        StringBuilder text = new StringBuilder();
        boolean failover = kind.equals("failover");
        for (int i = 0; i < sinks; i++) {
            names.append(" k").append(i);
            if (failover) {
                text.append("priority.k")
                        .append(i)
                        .append(" = ")
                        .append(sinks - i)
                        .append('\n');
            }
        }
        text.append(
                failover ? "type = failover\nmaxpenalty = 300\n" : "type = load_balance\nselector = " + kind + "\n");
        return "a1.sinkgroups = g1\na1.sinkgroups.g1.sinks =" + names + "\n"
                + text.toString().replaceAll("(?m)^(?=.)", "a1.sinkgroups.g1.processor.");
    }

    /** Starts all collectors, then the sender and the lines. */
    void start() throws IOException {
        for (Collector collector : collectors) {
            collector.agent().start();
        }
        sender.start();
        files.start();
    }

    GrowingFiles files() {
        return files;
    }

    /** Waits until something was written since. */
    void awaitLines(Collector at) throws IOException {
        long before = at.output().bytes();
        await("lines at " + at.name(), () -> at.output().bytes() > before);
    }

    /**
     * Ends the lines, and waits until all are sent and collectors have written what they got; last the one that was made
     * first, to which others may pass on.
     *
     * @return how many events the sender's group has moved; 0 without a group
     */
    long finish(boolean grouped) throws IOException, InterruptedException {
        files.end();
        long lines = files.lines();
        // Lines that came twice say nothing of those that did not come, so bytes do not tell when all is sent.
        await(
                "everything is sent",
                () -> sender.count("EventAcceptedCount") == lines && sender.count("ChannelSize") == 0);
        long moved = grouped ? sender.count("EventMovedCount") : 0;
        for (int i = collectors.size() - 1; i >= 0; i--) {
            Collector collector = collectors.get(i);
            await(
                    collector.name() + " is drained",
                    () -> collector.agent().count("ChannelSize") == 0
                            && collector.output().isRolled());
        }
        return moved;
    }

    /** All at once, which takes as long as the slowest. */
    void stop() throws IOException, InterruptedException {
        for (KilledAgent agent : agents()) {
            agent.askToStop();
        }
        for (KilledAgent agent : agents()) {
            assertThat(agent.stop()).as(agent.log()).isZero();
        }
    }

    void await(String what, AgentWait.Condition condition) throws IOException {
        AgentWait.await(what, sender, longestWaitSeconds, condition);
    }

    /** Ends the lines and kills what still runs. */
    void close() throws IOException, InterruptedException {
        try {
            files.end();
        } finally {
            agents().forEach(KilledAgent::close);
        }
    }

    private List<KilledAgent> agents() {
        List<KilledAgent> all = new ArrayList<>();
        if (sender != null) {
            all.add(sender);
        }
        collectors.forEach(collector -> all.add(collector.agent()));
        return all;
    }

    private static KilledAgent agent(Path home, String text, List<String> where) throws IOException {
        Path config = home.resolve("a1.properties");
        Files.writeString(config, text.replace("@DIR@", home.toString()));
        return new KilledAgent(config, home.resolve("agent.log"), where);
    }

    /** A key stands once in a configuration. */
    private static String with(String usual, String more) {
        return usual.lines()
                        .filter(line -> more.lines()
                                .noneMatch(other -> other.startsWith(line.substring(0, line.indexOf('=') + 1))))
                        .collect(Collectors.joining("\n", "", "\n"))
                + more;
    }
}
