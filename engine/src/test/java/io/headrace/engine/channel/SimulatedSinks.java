package io.headrace.engine.channel;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What sinks saw and what they may see: the model of the take side over all lives of a channel. Frames are named
 * {@code input/position}.
 */
final class SimulatedSinks {
    private static final Pattern POSITION = Pattern.compile("[0-9]{1,9}");

    private final Map<String, SimulatedInput> inputs;

    // ---- over all lives
    private final List<Commit> commits = new ArrayList<>();
    private final Set<String> delivered = new HashSet<>();
    private final Set<String> committedForGood = new HashSet<>();
    private final Map<String, Long> sequences;
    private long highestPut;
    private long promisedFloor;
    private long tokens;
    private long checkpointedToken;

    /** What is in the log of a channel that always writes, whoever sends it once more. */
    private final Set<String> there = new HashSet<>();

    // ---- in one life
    private final Set<String> published = new HashSet<>();
    private final Map<String, Long> highestPosition = new HashMap<>();
    private final Set<String> leased = new HashSet<>();
    private final Set<String> gone = new HashSet<>();
    private final TreeMap<Long, String> back = new TreeMap<>();
    private final TreeMap<Long, Long> tokenVersions = new TreeMap<>();
    private long highestLeased;

    /** A commit in the order in which the journal gets them; {@code token} is 0 for one without. */
    private record Commit(long token, List<String> frames) {}

    SimulatedSinks(Map<String, SimulatedInput> inputs) {
        this(inputs, new HashMap<>());
    }

    private SimulatedSinks(Map<String, SimulatedInput> inputs, Map<String, Long> sequences) {
        this.inputs = inputs;
        this.sequences = sequences;
    }

    /** Sinks of another cursor, which have seen nothing yet: they know which sequences frames get from these. */
    SimulatedSinks beside() {
        return new SimulatedSinks(inputs, sequences);
    }

    /** The same knowledge for an experiment beside the history: a life that begins here. */
    SimulatedSinks copy() {
        SimulatedSinks copy = new SimulatedSinks(inputs);
        copy.delivered.addAll(delivered);
        copy.committedForGood.addAll(committedForGood);
        copy.sequences.putAll(sequences);
        copy.promisedFloor = promisedFloor;
        return copy;
    }

    // ---- what happens

    /** A life begins. The recovered token says which commits a checkpoint held: all up to it, and none of its sink's later. */
    void begin(byte[] token) {
        long upTo = token == null ? 0 : ByteBuffer.wrap(token).getLong();
        Promise.TOKENS.check(
                upTo <= tokens && upTo >= checkpointedToken,
                () -> "token " + upTo + " (expected: " + checkpointedToken + " to " + tokens + ")");
        checkpointedToken = upTo;
        int last = -1;
        for (int i = 0; i < commits.size(); i++) {
            if (commits.get(i).token() != 0 && commits.get(i).token() <= upTo) {
                last = i;
            }
        }
        for (int i = 0; i < commits.size(); i++) {
            if (i <= last) {
                committedForGood.addAll(commits.get(i).frames());
            }
            if (commits.get(i).token() > upTo) {
                // The sink cuts its output to the token: what it wrote after that must come again.
                delivered.removeAll(commits.get(i).frames());
            }
        }
        commits.clear();
        published.clear();
        highestPosition.clear();
        leased.clear();
        gone.clear();
        back.clear();
        tokenVersions.clear();
        highestLeased = 0;
    }

    /** A frame got a sequence; whether it had one in a life before that lost it. */
    void published(String frame, long sequence) {
        Promise.SEQUENCE_ONCE.check(
                sequence > highestPut, () -> frame + " got " + sequence + " (expected: > " + highestPut + ")");
        Promise.TAKEN_ONCE.check(published.add(frame), () -> frame + " got another sequence, " + sequence);
        Promise.TAKEN_ONCE.check(
                !there.contains(frame), () -> frame + " was acknowledged and got another sequence, " + sequence);
        highestPut = sequence;
        sequences.put(frame, sequence);
    }

    /** Acknowledged, and on disk. */
    void acknowledged(String frame) {
        there.add(frame);
    }

    /** What was acknowledged need not have been on disk. */
    void powerLost() {
        there.clear();
    }

    /** A frame that memory held or that the power took was put again: what was committed behind it comes twice. */
    void comesAgain(String frame) {
        committedForGood.remove(frame);
    }

    /** Leases show what the channel keeps. Returns the frames' names. */
    List<String> leased(Lease lease, long acknowledged) {
        List<String> frames = new ArrayList<>(lease.size());
        for (int i = 0; i < lease.size(); i++) {
            frames.add(leased(lease.frame(i), lease.sequence(i), acknowledged));
        }
        return frames;
    }

    private String leased(Frame frame, long sequence, long acknowledged) {
        Promise.LEASED_WHEN_ACKNOWLEDGED.check(
                sequence <= acknowledged, () -> sequence + " (expected: <= " + acknowledged + ")");
        String name = identify(frame, sequence);
        Long put = sequences.get(name);
        Promise.SEQUENCE_ONCE.check(
                put != null && put == sequence, () -> name + " comes as " + sequence + " (expected: " + put + ")");
        Promise.COMMITTED_FOR_GOOD.check(
                !committedForGood.contains(name) && sequence > promisedFloor,
                () -> name + ", sequence " + sequence + ", comes again; everything up to " + promisedFloor
                        + " and by the token was committed");
        Promise.COMES_ONCE.check(gone.add(name), () -> name + ", sequence " + sequence);
        Long firstBack = back.isEmpty() ? null : back.firstKey();
        Promise.ORDER.check(
                firstBack == null || firstBack == sequence,
                () -> name + ", sequence " + sequence + ", comes before " + firstBack + ", which was rolled back");
        back.remove(sequence);
        if (leased.add(name)) {
            checkOrder(name, sequence);
        }
        return name;
    }

    /** What frame it is, by its content. */
    private String identify(Frame frame, long sequence) {
        List<String> bodies = bodies(frame, sequence);
        String first = bodies.isEmpty() ? "" : bodies.get(0);
        String[] parts = first.split("/", 3);
        SimulatedInput input = inputs.get(parts[0]);
        boolean known = parts.length == 3 && POSITION.matcher(parts[1]).matches() && input != null;
        long position = known ? Long.parseLong(parts[1]) : 0;
        Promise.NOT_INVENTED.check(known && input.wasPut(position), () -> "sequence " + sequence + " holds " + bodies);
        Promise.CONTENT.check(
                bodies.equals(input.bodies(position)),
                () -> "sequence " + sequence + " holds " + bodies + " (expected: " + input.bodies(position) + ")");
        return input.id() + "/" + position;
    }

    private static List<String> bodies(Frame frame, long sequence) {
        try {
            return Fixtures.bodies(frame);
        } catch (FrameException e) {
            throw Promise.CONTENT.broken("sequence " + sequence + ": " + e.getMessage(), e);
        }
    }

    private void checkOrder(String name, long sequence) {
        long before = highestLeased;
        Promise.ORDER.check(sequence > before, () -> name + ": " + sequence + " comes after " + before);
        highestLeased = sequence;
        int slash = name.indexOf('/');
        String id = name.substring(0, slash);
        long position = Long.parseLong(name.substring(slash + 1));
        Long highest = highestPosition.put(id, position);
        // A sender sends again in order what was lost; only that may step back.
        Promise.ORDER.check(
                highest == null || inputs.get(id).isWindow() || position > highest,
                () -> name + " comes after " + highest);
    }

    void rolledBack(List<String> frames) {
        for (String frame : frames) {
            gone.remove(frame);
            back.put(sequences.get(frame), frame);
        }
    }

    byte[] nextToken() {
        tokens++;
        return ByteBuffer.allocate(Long.BYTES).putLong(tokens).array();
    }

    void committed(List<String> frames) {
        commits.add(new Commit(0, frames));
        delivered.addAll(frames);
    }

    void committedWithToken(List<String> frames, long version) {
        commits.add(new Commit(tokens, frames));
        tokenVersions.put(version, tokens);
        delivered.addAll(frames);
    }

    /** A checkpoint is durable that holds the token of this version; a sink tells others that all up to a floor is done. */
    void checkpointed(long tokenVersion, long floor) {
        Map.Entry<Long, Long> newest = tokenVersions.floorEntry(tokenVersion);
        if (newest != null) {
            checkpointedToken = Math.max(checkpointedToken, newest.getValue());
        }
        promisedFloor = Math.max(promisedFloor, floor);
    }

    // ---- what is known

    long sequenceOf(String frame) {
        return sequences.getOrDefault(frame, 0L);
    }

    boolean isDelivered(String frame) {
        return committedForGood.contains(frame) || delivered.contains(frame) || leased.contains(frame);
    }

    /** Of these frames those that came in this life neither, nor will by right come again. */
    Set<String> missing(Set<String> wanted) {
        Set<String> missing = new HashSet<>(wanted);
        missing.removeAll(committedForGood);
        missing.removeAll(leased);
        return missing;
    }

    /** A commit that no checkpoint holds may have been in the log or not. */
    Set<String> withoutDelivered(Set<String> frames) {
        Set<String> left = new HashSet<>(frames);
        left.removeAll(delivered);
        return left;
    }

    String whatIsCommitted() {
        return "up to " + promisedFloor + ", token " + checkpointedToken + ", " + committedForGood;
    }
}
