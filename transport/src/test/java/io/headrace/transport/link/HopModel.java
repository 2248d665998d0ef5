package io.headrace.transport.link;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What agents were promised and what the collector's sink got, over all lives of both. */
final class HopModel {
    private static final long STREAM = 1_000_000;

    private final Set<Long> put = new HashSet<>();
    private final Set<Long> acknowledged = new HashSet<>();
    private final TreeMap<Long, Long> bySequence = new TreeMap<>();
    private final Map<Long, Long> sequenceOf = new HashMap<>();

    /** The number by which a frame is known again. */
    static long number(int agent, int frame) {
        return agent * STREAM + frame;
    }

    static int agentOf(long number) {
        return (int) (number / STREAM);
    }

    void put(long number) {
        put.add(number);
    }

    void acknowledged(long number) {
        acknowledged.add(number);
    }

    /** The collector's sink leased it; after a death it may again, as the same sequence. */
    void delivered(long sequence, long number) {
        TierPromise.CONTENT.check(put.contains(number), () -> number + " was never put");
        Long frame = bySequence.put(sequence, number);
        TierPromise.SEQUENCE_ONCE.check(
                frame == null || frame == number, () -> "sequence " + sequence + " was " + frame + ", is " + number);
        Long before = sequenceOf.put(number, sequence);
        TierPromise.COMES_ONCE.check(
                before == null || before == sequence,
                () -> "frame " + number + " came as " + before + " and as " + sequence);
    }

    int frames() {
        return sequenceOf.size();
    }

    /** @param lanes by agent: 1 where one connection keeps all in order, otherwise how many producers there are */
    void checkComplete(Map<Integer, Integer> lanes) {
        for (long number : acknowledged) {
            TierPromise.PRESENT.check(sequenceOf.containsKey(number), () -> "frame " + number + " is lost");
        }
        Map<Long, Long> last = new HashMap<>();
        bySequence.forEach((sequence, number) -> {
            long lane = agentOf(number) * STREAM + number % STREAM % lanes.get(agentOf(number));
            Long earlier = last.put(lane, number);
            TierPromise.ORDER.check(
                    earlier == null || earlier < number, () -> "frame " + number + " came after " + earlier);
        });
    }
}
