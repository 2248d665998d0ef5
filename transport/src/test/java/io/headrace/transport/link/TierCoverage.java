package io.headrace.transport.link;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what came to pass over many schedules. Safe for any thread. */
final class TierCoverage {
    /** What the schedules are for. */
    static final List<String> MUST_HAPPEN = List.of(
            "agent killed",
            "agent died in a call",
            "agent died opening",
            "agent power cut",
            "agent cache dropped",
            "collector killed",
            "collector died in a call",
            "collector died opening",
            "collector power cut",
            "collector cache dropped",
            "collector's disk halted",
            "wire cut",
            "wire half open, sender's end lost",
            "wire half open, receiver's end lost",
            "wire ended to the receiver",
            "wire ended to the sender",
            "wire stalled",
            "wire stalled for acknowledgements",
            "bit flipped to the receiver",
            "bit flipped to the sender",
            "bit flipped in a frame's header",
            "unreachable",
            "busy beside a dead connection",
            "file sent by who is gone",
            "old connection spoke late",
            "receiver FrameDuplicateCount",
            "receiver FrameParkedCount",
            "receiver ConnectionFencedCount",
            "receiver RejectSentCount",
            "sender RejectReceivedCount",
            "sender FrameRedeliveredCount",
            "sender FrameKeptCount",
            "sender CreditStallCount",
            "sender ByteSentFromLogCount");

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    void count(String what) {
        add(what, 1);
    }

    void add(String what, long often) {
        counts.computeIfAbsent(what, key -> new LongAdder()).add(often);
    }

    long of(String what) {
        LongAdder count = counts.get(what);
        return count == null ? 0 : count.sum();
    }

    /** All that was counted, as a table. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        int[] column = {0};
        new TreeMap<>(counts)
                .forEach((what, often) ->
                        text.append("%-38s %11d%s".formatted(what, often.sum(), ++column[0] % 3 == 0 ? "\n" : "   ")));
        return text.toString();
    }
}
