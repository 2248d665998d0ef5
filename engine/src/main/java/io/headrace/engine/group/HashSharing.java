package io.headrace.engine.group;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.spi.SinkSharing.ByHash;
import io.headrace.frame.DerivedProducer;
import io.headrace.frame.Frame;
import io.headrace.wal.SequenceWindow;
import io.headrace.wal.StreamId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Splits frames by the hash of their events into lanes, one for each member, and gives each member its own and those of
 * members that are not healthy. Which event is in which lane never changes, whoever takes it: a receiver that has seen a
 * part knows it when it comes again, from whichever sink.
 *
 * <p>To receivers the parts are a stream of their own: lane {@code l} of frame {@code s} has the sequence {@code s * lanes
 * + l}, so that parts of one frame that meet at one receiver are not taken for each other. A frame is committed when all of
 * its parts are. Frames are split only when a sink asks and has nothing left, and while what is split stays below {@value
 * #MOST_BYTES} bytes and inside the receivers' windows: the slowest healthy sink so holds up the others.
 */
final class HashSharing implements Sharing {
    /** Frames that are split and not delivered as a whole, at most and a frame more; their parts are as much again. */
    static final long MOST_BYTES = 16L * 1024 * 1024;

    /** A frame that was split. */
    static final class Whole {
        final Lease lease;
        int open;

        Whole(Lease lease) {
            this.lease = lease;
        }
    }

    /** The events of one lane of a frame. */
    static final class Part implements Comparable<Part> {
        final Whole whole;
        final int lane;
        final long sequence;
        final Frame frame;
        long senders;

        Part(Whole whole, int lane, long sequence, Frame frame) {
            this.whole = whole;
            this.lane = lane;
            this.sequence = sequence;
            this.frame = frame;
        }

        @Override
        public int compareTo(Part other) {
            return Long.compare(sequence, other.sequence);
        }
    }

    private final SinkGroup group;
    private final ByHash how;
    private final int lanes;
    private final FrameSplitter splitter;
    private final List<PriorityQueue<Part>> queues = new ArrayList<>();
    private final Set<Whole> wholes = new LinkedHashSet<>();
    private final Set<PartLease> leases = new LinkedHashSet<>();

    private Object channel;
    private ChannelConsumer base;
    private Lease pending;

    /** Of whole frames: the channel holds one until its last part is delivered, however small that is. */
    private long splitBytes;

    HashSharing(SinkGroup group, ByHash how) {
        this.group = group;
        this.how = how;
        lanes = group.members().size();
        splitter = new FrameSplitter(how.hash(), how.name(), lanes);
        for (int i = 0; i < lanes; i++) {
            queues.add(new PriorityQueue<>());
        }
    }

    // ---- takes

    @Override
    public Lease lease(MemberConsumer asking) {
        // Said before looking: whoever brings something afterwards tells.
        asking.waiting = true;
        while (true) {
            PartLease lease = gather(asking);
            if (lease != null) {
                asking.waiting = false;
                return lease;
            }
            if (!splitNext()) {
                return null;
            }
        }
    }

    private PartLease gather(MemberConsumer asking) {
        PartLease lease = null;
        while (true) {
            Part first = null;
            for (int lane = 0; lane < lanes; lane++) {
                Part head = queues.get(lane).peek();
                if (head != null && (first == null || head.sequence < first.sequence) && owner(lane) == asking.member) {
                    first = head;
                }
            }
            if (first == null || lease != null && !lease.hasRoomFor(first, asking.wants)) {
                break;
            }
            if (lease == null) {
                lease = new PartLease(this, asking);
            }
            queues.get(first.lane).poll();
            lease.add(first);
        }
        if (lease != null) {
            leases.add(lease);
            asking.member.opened();
        }
        return lease;
    }

    /** The lane's own member, or while that one is not healthy the next one that is. */
    private GroupMember owner(int lane) {
        List<GroupMember> members = group.members();
        for (int i = 0; i < lanes; i++) {
            GroupMember member = members.get((lane + i) % lanes);
            if (usable(member)) {
                return member;
            }
        }
        return members.get(lane);
    }

    private static boolean usable(GroupMember member) {
        return member.isActive() && member.isHealthy();
    }

    /** Splits one more frame; false when there is none, or when it must wait. */
    private boolean splitNext() {
        if (base == null || splitBytes >= MOST_BYTES) {
            return false;
        }
        Lease taken = pending != null ? pending : base.tryLease(1, 1);
        pending = null;
        if (taken == null) {
            return false;
        }
        if (taken.sequence(0) - base.lowWater() > SequenceWindow.SIZE / lanes) {
            pending = taken;
            return false;
        }
        Frame[] parts;
        try {
            parts = splitter.split(taken.frame(0));
        } catch (RuntimeException | Error e) {
            taken.rollback();
            throw e;
        }
        Whole whole = new Whole(taken);
        wholes.add(whole);
        splitBytes += taken.bytes();
        for (int lane = 0; lane < lanes; lane++) {
            if (parts[lane] != null) {
                whole.open++;
                queues.get(lane).add(new Part(whole, lane, taken.sequence(0) * lanes + lane, parts[lane]));
                MemberConsumer owning = owner(lane).consumer();
                if (owning != null && owning.waiting) {
                    group.tell(owning);
                }
            }
        }
        return true;
    }

    // ---- ends of leases, from any thread

    void commit(PartLease lease) {
        long[] counts = new long[2];
        boolean[] found = new boolean[1];
        group.locked(() -> {
            PartLease.State before = lease.state;
            lease.state = PartLease.State.ENDED;
            found[0] = before == PartLease.State.OPEN;
            if (found[0]) {
                leases.remove(lease);
                lease.consumer.member.ended();
                for (Part part : lease.parts) {
                    long others = part.senders & ~lease.consumer.member.bit();
                    counts[0] += (long) part.frame.eventCount() * Long.bitCount(others);
                    if (group.members().get(part.lane) != lease.consumer.member) {
                        counts[1] += part.frame.eventCount();
                    }
                    delivered(part);
                }
            }
            lease.releaseFrames();
            PartLease.refuseUnlessCommittable(before);
            tellWaiting();
        });
        if (found[0]) {
            group.moved(counts[0]);
            group.displaced(counts[1]);
            lease.consumer.member.delivered(lease.events());
        }
        group.wakeTold();
    }

    private void delivered(Part part) {
        part.frame.release();
        part.whole.open--;
        if (part.whole.open == 0) {
            wholes.remove(part.whole);
            splitBytes -= part.whole.lease.bytes();
            part.whole.lease.commit();
        }
    }

    void rollback(PartLease lease) {
        group.locked(() -> {
            PartLease.State before = lease.state;
            lease.state = PartLease.State.ENDED;
            if (before == PartLease.State.OPEN) {
                List<PartLease> open = leases.stream()
                        .filter(one -> one.consumer == lease.consumer)
                        .toList();
                for (PartLease later : open.subList(open.indexOf(lease), open.size())) {
                    giveBack(later);
                    if (later != lease) {
                        later.state = PartLease.State.CASCADED;
                    }
                }
            }
            lease.releaseFrames();
            PartLease.refuseIfEnded(before);
            tellWaiting();
        });
        group.wakeTold();
    }

    private void giveBack(PartLease lease) {
        leases.remove(lease);
        lease.consumer.member.ended();
        for (int i = 0; i < lease.parts.size(); i++) {
            Part part = lease.parts.get(i);
            if (i < lease.sentFrames()) {
                part.senders |= lease.consumer.member.bit();
            }
            queues.get(part.lane).add(part);
        }
    }

    private void tellWaiting() {
        for (GroupMember member : group.members()) {
            MemberConsumer consumer = member.consumer();
            if (consumer != null && consumer.waiting) {
                group.tell(consumer);
            }
        }
    }

    // ---- the group

    @Override
    public void joined(MemberConsumer consumer) {
        if (consumer.channel != channel) {
            giveUp();
            channel = consumer.channel;
            base = consumer.others.apply(group.members().get(0).name());
            base.setListener(this::framesCame);
        }
    }

    /** Runs on a channel's thread: only wakes. */
    private void framesCame() {
        for (GroupMember member : group.members()) {
            MemberConsumer consumer = member.consumer();
            if (consumer != null && consumer.waiting) {
                consumer.wake();
            }
        }
    }

    @Override
    public void withdraw(MemberConsumer consumer) {
        // Its lanes have another owner from here on.
        tellWaiting();
    }

    @Override
    public boolean isDirect() {
        return false;
    }

    @Override
    public void look() {
        if (pending != null || splitBytes > 0) {
            tellWaiting();
        }
    }

    @Override
    public void close() {
        giveUp();
        splitter.close();
    }

    /** Makes open leases void and gives every frame back that is not delivered as a whole. */
    private void giveUp() {
        for (PartLease lease : List.copyOf(leases)) {
            giveBack(lease);
            lease.state = PartLease.State.VOID;
        }
        for (PriorityQueue<Part> queue : queues) {
            queue.forEach(part -> part.frame.release());
            queue.clear();
        }
        wholes.forEach(whole -> whole.lease.rollback());
        wholes.clear();
        splitBytes = 0;
        if (pending != null) {
            pending.rollback();
            pending = null;
        }
    }

    @Override
    public ConsumerView view(MemberConsumer consumer) {
        return new LaneView(base, lanes, how.name());
    }

    /**
     * The stream of parts. Its id follows from the channel's and from what decides which event is in which part.
     *
     * @param lanes of each frame
     */
    private record LaneView(ChannelConsumer base, int lanes, String name) implements ConsumerView {
        @Override
        public StreamId streamId() {
            StreamId whole = base.streamId();
            return new StreamId(
                    DerivedProducer.idOf(whole.high(), name, lanes, 0),
                    DerivedProducer.idOf(whole.low(), name, lanes, 1));
        }

        @Override
        public long lowWater() {
            return base.lowWater() * lanes + lanes - 1;
        }

        /** A token would stand for parts of frames that are not delivered as a whole. */
        @Override
        public boolean keepsTokens() {
            return false;
        }
    }
}
