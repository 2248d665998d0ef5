package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A rig whose peers are channels that do the same work: one {@link ChannelContest}. */
abstract class ContestRig extends Rig {
    private static final String BATCH = "frame";

    final ChannelContest contest;

    ContestRig(Order options, Path folder) {
        super(options, folder);
        contest = new ChannelContest(options, folder);
    }

    /** Enters the contestants. */
    abstract void enter() throws IOException;

    /**
     * Judges what they came to.
     *
     * @param others ratios that nothing is expected of, to be added
     * @param verdicts to be added
     */
    abstract void judge(Answers answers, Map<String, Series> others, List<Verdict> verdicts);

    @Override
    final void run() throws IOException {
        enter();
        contest.run();
    }

    @Override
    final boolean report() {
        if (!options.text("json").equals("yes")) {
            System.out.print(contest.table(BATCH));
        }
        Map<String, Series> others = new LinkedHashMap<>();
        List<Verdict> verdicts = new ArrayList<>();
        judge(contest.answers(), others, verdicts);
        contest.print(others, verdicts);
        return verdicts.stream().allMatch(Verdict::met);
    }

    @Override
    final void tell(RigJson json) {
        contest.tell(json, BATCH);
    }

    @Override
    public final void close() {
        contest.close();
    }
}
