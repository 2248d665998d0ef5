package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Put and take in memory, peers in turn, round by round. Started by {@code benchmarks/ring}, which says what is measured.
 */
public final class RingRig extends ContestRig {
    private static final String OURS = "Headrace memory channel";
    private static final String UNCHECKED = "Headrace memory channel, no checksum";
    private static final String MEMORY = "Flume memory channel";
    private static final String SPILLABLE = "Flume spillable memory channel";
    private static final String MEMORY_COPIES = "Flume memory channel, copies";
    private static final String SPILLABLE_COPIES = "Flume spillable memory channel, copies";
    private static final String SPILLING_COPIES = "Flume spillable memory channel, its defaults, copies";
    private static final String DISRUPTOR = "Disruptor";
    private static final String AGRONA = "Agrona ManyToOneRingBuffer";
    private static final String BOUND = "no channel: copied and read";
    private static final double SPILLABLE_LEAST = 5;
    private static final double MEMORY_LEAST = 8;
    private static final double GARBAGE_MOST = 32;

    private RingRig(Order options, Path folder) {
        super(options, folder);
    }

    /**
     * Runs the rounds and prints their figures; exit code 1 when an expectation is missed and {@code check=yes}.
     *
     * @param arguments options, {@code name=value}
     */
    public static void main(String[] arguments) throws IOException {
        main("ring", arguments, RingRig::new);
    }

    @Override
    void enter() throws IOException {
        PeerCommands commands = new PeerCommands(folder, options);
        Order work = new Order(Map.of("kind", "memory"))
                .with("producers", options.text("producers"))
                .with("sinks", options.text("sinks"))
                .with("batch", options.text("batch"))
                .with("eventBytes", options.text("size"))
                .with("millis", options.text("millis"));
        PeerProcess ours = contest.keep(commands.own("headrace", HeadraceChannelPeer.class));
        contest.enter(OURS, ours, work);
        contest.enter(UNCHECKED, ours, work.with("checksum", "no"));
        if (contest.wants("flume")) {
            PeerProcess memory = contest.keep(commands.flume("flume-memory", "FlumeChannelPeer"));
            PeerProcess spillable = contest.keep(commands.flume("flume-spillable", "FlumeChannelPeer"));
            Order spilling = work.with("kind", "spillable");
            contest.enter(MEMORY, memory, work);
            contest.enter(SPILLABLE, spillable, spilling);
            contest.enter(MEMORY_COPIES, memory, work.with("copies", "yes"));
            contest.enter(SPILLABLE_COPIES, spillable, spilling.with("copies", "yes"));
            contest.enter(
                    SPILLING_COPIES, spillable, work.with("kind", "spilling").with("copies", "yes"));
        }
        if (contest.wants("disruptor")) {
            contest.enter(DISRUPTOR, contest.keep(commands.own("disruptor", DisruptorPeer.class)), work);
        }
        if (contest.wants("agrona")) {
            contest.enter(AGRONA, contest.keep(commands.own("agrona", AgronaPeer.class)), work);
        }
        if (options.number("producers") == 1 && options.number("sinks") == 1) {
            contest.enter(BOUND, contest.keep(commands.own("bound", CopyPeer.class)), work);
        }
    }

    @Override
    void judge(Answers answers, Map<String, Series> others, List<Verdict> verdicts) {
        Series ours = answers.rates(OURS);
        if (answers.has(MEMORY)) {
            verdicts.add(Verdict.atLeast(
                    "memory channel / " + SPILLABLE_COPIES,
                    ours.over(answers.rates(SPILLABLE_COPIES)),
                    SPILLABLE_LEAST));
            verdicts.add(Verdict.atLeast(
                    "memory channel / " + MEMORY_COPIES, ours.over(answers.rates(MEMORY_COPIES)), MEMORY_LEAST));
        }
        Series garbage = answers.series(OURS, ChannelContest::allocatedPerBatch);
        verdicts.add(new Verdict(
                "bytes of garbage a frame",
                garbage.text("%.1f"),
                String.format(Locale.ROOT, "< %.0f", GARBAGE_MOST),
                garbage.median() < GARBAGE_MOST));
        for (String peer : answers.peers()) {
            if (!peer.equals(OURS) && !peer.equals(SPILLABLE_COPIES) && !peer.equals(MEMORY_COPIES)) {
                others.put("memory channel / " + peer, ours.over(answers.rates(peer)));
            }
        }
    }
}
