package io.headrace.transport.chaos;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the collector's sink got, by the sequence in the collector's channel, and what the agents sent: the model of a
 * run. A sequence that comes again after a kill is a repetition of the sink's and must be the same frame; a frame under
 * two sequences was doubled on the hop.
 */
final class Deliveries {
    private static final long STREAM = 1_000_000;

    private final TreeMap<Long, Long> bySequence = new TreeMap<>();
    private final Map<Long, Long> sequenceOf = new HashMap<>();
    private final Map<Integer, Stream> streams = new HashMap<>();

    private record Stream(int frames, int lanes) {}

    /** The number by which a frame is known again; {@code number} from 1. */
    static long number(int stream, int number) {
        return stream * STREAM + number;
    }

    /** @param lanes among which the order holds: numbers that leave the same rest */
    void expect(int stream, int frames, int lanes) {
        streams.put(stream, new Stream(frames, lanes));
    }

    void delivered(long sequence, long frame) {
        Stream stream = streams.get((int) (frame / STREAM));
        if (stream == null || frame % STREAM < 1 || frame % STREAM > stream.frames) {
            throw new AssertionError("frame " + frame + " was never sent");
        }
        Long before = bySequence.put(sequence, frame);
        if (before != null && before != frame) {
            throw new AssertionError("sequence " + sequence + " was frame " + before + ", and is " + frame);
        }
        Long other = sequenceOf.put(frame, sequence);
        if (other != null && other != sequence) {
            throw new AssertionError("frame " + frame + " came twice, as " + other + " and " + sequence);
        }
    }

    /** How many frames came. */
    int count() {
        return sequenceOf.size();
    }

    void checkComplete() {
        streams.forEach((stream, sent) -> {
            for (int number = 1; number <= sent.frames; number++) {
                if (!sequenceOf.containsKey(number(stream, number))) {
                    throw new AssertionError("frame " + number(stream, number) + " is lost");
                }
            }
        });
        Map<Long, Long> last = new HashMap<>();
        bySequence.forEach((sequence, frame) -> {
            long lane = frame / STREAM * STREAM + frame % STREAM % streams.get((int) (frame / STREAM)).lanes;
            Long earlier = last.put(lane, frame);
            if (earlier != null && earlier > frame) {
                throw new AssertionError("frame " + frame + " came after " + earlier);
            }
        });
    }
}
