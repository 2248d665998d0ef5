package io.headrace.engine.group;

import io.headrace.engine.spi.SinkProcessor.Member;
import io.headrace.engine.spi.SinkSelector;
import java.util.ArrayList;
import java.util.List;

/** Whoever has had no turn for the longest time. */
final class RoundRobinSelector implements SinkSelector {
    /** Those that had a turn, the latest last. */
    private final List<Member> served = new ArrayList<>();

    @Override
    public int select(List<? extends Member> waiting) {
        int chosen = 0;
        int longestAgo = Integer.MAX_VALUE;
        for (int i = 0; i < waiting.size(); i++) {
            int place = served.indexOf(waiting.get(i));
            if (place < longestAgo) {
                longestAgo = place;
                chosen = i;
            }
        }
        return chosen;
    }

    @Override
    public void served(Member member) {
        served.remove(member);
        served.add(member);
    }
}
