package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Put and take with every put synced, beside Flume's file channel, in turn, round by round. Started by {@code
 * benchmarks/file-channel}, which says what is measured.
 */
public final class FileChannelRig extends ContestRig {
    private static final String OURS = "Headrace file channel";
    private static final String WAITING = "Headrace file channel, 1 producer waits";
    private static final String FLUME = "Flume file channel";
    private static final String FLUME_SINGLE = "Flume file channel, 1 producer";
    private static final double LEAST = 70;
    private static final double WAITING_LEAST = 20;

    private FileChannelRig(Order options, Path folder) {
        super(options, folder);
    }

    /**
     * Runs the rounds and prints their figures; exit code 1 when an expectation is missed and {@code check=yes}.
     *
     * @param arguments options, {@code name=value}
     */
    public static void main(String[] arguments) throws IOException {
        main("file-channel", arguments, FileChannelRig::new);
    }

    @Override
    void enter() throws IOException {
        PeerCommands commands = new PeerCommands(folder, options);
        Order work = new Order(Map.of("kind", "file"))
                .with("batch", options.text("batch"))
                .with("eventBytes", options.text("size"))
                .with("millis", options.text("millis"));
        Order several = work.with("producers", options.text("producers"));
        PeerProcess ours = contest.keep(commands.own("headrace", HeadraceChannelPeer.class));
        contest.enter(OURS, ours, several.with("inFlight", options.text("inFlight")));
        contest.enter(WAITING, ours, work.with("producers", 1).with("inFlight", 1));
        if (contest.wants("flume")) {
            PeerProcess flume = contest.keep(commands.flume("flume", "FlumeChannelPeer"));
            contest.enter(FLUME, flume, several);
            contest.enter(FLUME_SINGLE, flume, work.with("producers", 1));
        }
    }

    @Override
    void judge(Answers answers, Map<String, Series> others, List<Verdict> verdicts) {
        if (answers.has(FLUME)) {
            Series ours = answers.rates(OURS);
            Series waiting = answers.rates(WAITING);
            verdicts.add(Verdict.atLeast("file channel / Flume's", ours.over(answers.rates(FLUME)), LEAST));
            verdicts.add(Verdict.atLeast(
                    "one producer that waits / Flume's", waiting.over(answers.rates(FLUME_SINGLE)), WAITING_LEAST));
            others.put("file channel / Flume's, 1 producer", ours.over(answers.rates(FLUME_SINGLE)));
        }
    }
}
