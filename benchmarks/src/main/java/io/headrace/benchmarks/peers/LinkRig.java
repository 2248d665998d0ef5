package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Events over loopback from one process to another, by the link, by Netty without a protocol and by Flume, in turn, round
 * by round. Started by {@code benchmarks/link}, which says what is measured.
 */
public final class LinkRig extends Rig {
    private static final double HOT_LEAST = 0.6;
    private static final double BUILT_LEAST = 0.45;
    private static final double FLUME_LEAST = 30;
    private static final double FLUME_FILE_LEAST = 40;
    private static final double MILLION = 1e6;
    private static final String UNPACED = "-unpaced";
    private static final String AGENT = "flume-agent";
    private static final Map<String, String> TOLD = Map.of(
            "hot",
            "Headrace link",
            "built",
            "Headrace link, frames built",
            "hot-file",
            "Headrace link, file channel",
            "raw",
            "Netty without a protocol",
            "raw" + UNPACED,
            "Netty without a protocol, not paced",
            "flume",
            "Flume Avro, memory channel",
            "flume-file",
            "Flume Avro, file channel",
            AGENT,
            "Flume agent as installed");

    private final Set<String> peers;
    private final List<LinkWorkload> workloads;
    private final Answers answers = new Answers();
    private final Answers cold = new Answers();
    private final Map<String, LinkEnds> ends = new LinkedHashMap<>();

    private LinkRig(Order options, Path folder) throws IOException {
        super(options, folder);
        this.peers = Set.of(options.text("peers").split(","));
        workloads = Arrays.stream(options.text("workloads").split(","))
                .map(LinkWorkload::of)
                .toList();
        PeerCommands near = new PeerCommands(folder, options);
        PeerCommands far = near;
        if (options.text("cores").equals("apart")) {
            Processors all = Processors.parse(options.text("processors")).byCore();
            near = near.on(all.firstHalf());
            far = far.on(all.secondHalf());
        }
        ends.put("link", new LinkEnds(near.own("near", LinkNearPeer.class), far.own("far", LinkFarPeer.class)));
        if (peers.contains("raw")) {
            ends.put(
                    "raw", new LinkEnds(near.own("raw-near", RawNearPeer.class), far.own("raw-far", RawFarPeer.class)));
        }
        if (peers.contains("flume")) {
            ends.put(
                    "flume",
                    new LinkEnds(near.flume("flume-near", "FlumeNearPeer"), far.flume("flume-far", "FlumeFarPeer")));
        }
        if (peers.contains(AGENT)) {
            ends.put(
                    AGENT,
                    new LinkEnds(near.flume(AGENT + "-near", "FlumeNearPeer"), far.flume(AGENT, "FlumeAgentPeer")));
        }
    }

    /**
     * Runs the rounds and prints their figures; exit code 1 when an expectation is missed and {@code check=yes}.
     *
     * @param arguments options, {@code name=value}
     */
    public static void main(String[] arguments) throws IOException {
        main("link", arguments, LinkRig::new);
    }

    @Override
    public void close() {
        closeAll(ends.values(), LinkEnds::close);
    }

    @Override
    void run() throws IOException {
        long rounds = options.number("rounds");
        for (long round = 1 - options.number("warmRounds"); round <= rounds; round++) {
            Set<String> done = new LinkedHashSet<>();
            for (LinkWorkload workload : workloads) {
                Order order = order(workload);
                ask("link", workload.name(), workload, order, round);
                if (done.add(workload.raw())) {
                    ask("raw", workload.raw(), workload, order.with("congestion", "system"), round);
                    ask("raw", workload.raw() + UNPACED, workload, order.with("congestion", "auto"), round);
                }
                if (done.add(workload.flume())) {
                    ask("flume", workload.flume(), workload, order, round);
                    if (workload.isAgentsToo()) {
                        ask(AGENT, AGENT, workload, order, round);
                    }
                }
            }
        }
    }

    private Order order(LinkWorkload workload) {
        return workload.order()
                .with("millis", options.text("millis"))
                .with("events", options.text("backlogEvents"))
                .with("keystore", options.text("keystore"))
                .with("password", options.text("password"));
    }

    private void ask(String peer, String name, LinkWorkload workload, Order order, long round) throws IOException {
        LinkEnds both = ends.get(peer);
        if (both == null) {
            return;
        }
        if (workload.has("file") || workload.kind().equals("backlog")) {
            Settle.disk(folder);
        }
        Order answer = both.run(order);
        if (round > 0) {
            answers.add(name, answer);
        } else if (!cold.has(name)) {
            cold.add(name, answer);
        }
        System.err.printf(
                Locale.ROOT,
                "%s %-20s %,12.0f events/s, %,6.0f MB/s, cores %.2f and %.2f%n",
                round > 0 ? "round " : "warm  ",
                name,
                Answers.rate(answer),
                wireMegabytes(answer),
                Answers.cores(answer),
                farCores(answer));
    }

    private static double wireMegabytes(Order answer) {
        return answer.number("wireBytes") / MILLION / Answers.seconds(answer);
    }

    private static double farCores(Order answer) {
        return (double) answer.number(LinkEnds.FAR_CPU_NANOS) / answer.number(Stopwatch.NANOS);
    }

    private Series wire(String name) {
        return answers.series(name, LinkRig::wireMegabytes);
    }

    @Override
    void tell(RigJson json) {
        for (String name : answers.peers()) {
            answers.forEach(name, answer -> {
                Map<String, Double> figures = new LinkedHashMap<>();
                figures.put("MB/s with framing", wireMegabytes(answer));
                figures.put("cores, near end", Answers.cores(answer));
                figures.put("cores, far end", farCores(answer));
                if (answer.number("acks", 0) > 0) {
                    figures.put("frames an ACK", (double) answer.number("frames", 0) / answer.number("acks"));
                }
                json.rate(
                        TOLD.getOrDefault(name, name),
                        answer,
                        "events/s",
                        Answers.rate(answer),
                        answer.number(LinkEnds.FAR_CPU_NANOS),
                        List.of(compared(name)),
                        figures);
            });
        }
    }

    private static String compared(String name) {
        if (name.startsWith("raw")) {
            return "bytes received are those sent";
        }
        return name.equals(AGENT)
                ? "events that the null sink took are those sent, by number"
                : "events and sum of their checksums at the far end are those sent";
    }

    @Override
    boolean report() {
        System.out.printf(
                Locale.ROOT,
                "%-20s %-40s %-28s %-12s %s%n",
                "",
                "events/s, median (spread)",
                "MB/s with framing",
                "cores",
                "frames an ACK");
        for (String name : answers.peers()) {
            System.out.printf(
                    Locale.ROOT,
                    "%-20s %-40s %-28s %.2f, %.2f   %s%n",
                    name,
                    answers.rates(name).text("%,.0f"),
                    wire(name).text("%,.0f"),
                    answers.series(name, Answers::cores).median(),
                    answers.series(name, LinkRig::farCores).median(),
                    framesAnAck(name));
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (LinkWorkload workload : workloads) {
            compare(workload, verdicts);
        }
        if (!cold.peers().isEmpty()) {
            reportCold();
        }
        verdicts.forEach(verdict -> System.out.println(verdict.line()));
        return verdicts.stream().allMatch(Verdict::met);
    }

    /** What each did first, in the order in which they were asked: where several share a process, the first is the coldest. */
    private void reportCold() {
        for (String name : cold.peers()) {
            System.out.printf(
                    Locale.ROOT, "cold: %-32s %s%n", name, cold.rates(name).text("%,.0f"));
        }
        for (LinkWorkload workload : workloads) {
            if (cold.has(workload.flume())) {
                Series ratio = cold.rates(workload.name()).over(cold.rates(workload.flume()));
                System.out.printf(
                        Locale.ROOT,
                        "cold: %-54s %s%n",
                        workload.name() + " / " + workload.flume() + ", events",
                        ratio.text("%.1f"));
            }
        }
    }

    private String framesAnAck(String name) {
        Series frames =
                answers.series(name, answer -> answer.number("frames", 0) / Math.max(1.0, answer.number("acks", 0)));
        return frames.median() == 0 ? "" : String.format(Locale.ROOT, "%.1f", frames.median());
    }

    private void compare(LinkWorkload workload, List<Verdict> verdicts) {
        String name = workload.name();
        if (answers.has(workload.raw())) {
            Series ratio = wire(name).over(wire(workload.raw()));
            String what = name + " / " + workload.raw() + ", bytes";
            if (name.equals("hot") || name.equals("built")) {
                verdicts.add(Verdict.atLeast(what, ratio, name.equals("hot") ? HOT_LEAST : BUILT_LEAST));
            } else {
                System.out.printf(Locale.ROOT, "%-60s %s%n", what, ratio.text("%.2f"));
            }
            Series unpaced = wire(name).over(wire(workload.raw() + UNPACED));
            System.out.printf(
                    Locale.ROOT,
                    "%-60s %s%n",
                    name + " / " + workload.raw() + UNPACED + ", bytes",
                    unpaced.text("%.2f"));
        }
        if (workload.isAgentsToo() && answers.has(AGENT)) {
            // Without a verdict: what is wanted is meant beside one that has the heap of all peers.
            Series ratio = answers.rates(name).over(answers.rates(AGENT));
            System.out.printf(Locale.ROOT, "%-60s %s%n", name + " / " + AGENT + ", events", ratio.text("%.1f"));
        }
        if (answers.has(workload.flume())) {
            Series ratio = answers.rates(name).over(answers.rates(workload.flume()));
            String what = name + " / " + workload.flume() + ", events";
            if (name.equals("hot") || name.equals("hot-file")) {
                verdicts.add(Verdict.atLeast(what, ratio, name.equals("hot") ? FLUME_LEAST : FLUME_FILE_LEAST));
            } else {
                System.out.printf(Locale.ROOT, "%-60s %s%n", what, ratio.text("%.1f"));
            }
        }
    }
}
