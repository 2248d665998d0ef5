package io.headrace.engine.group;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.Timing;
import io.headrace.engine.spi.SinkProcessor;
import io.headrace.engine.spi.SinkSharing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group of sinks that share a channel. The processor says which of them are active; the group lets only those take, shares
 * out what there is as the processor wants it, and counts what moved from one sink to another.
 *
 * <p>Each take, rollback and switch happens under one short lock. Under it the channel's own lock may be taken, never the
 * other way round: whatever the channel calls only wakes sinks. {@link #open}, {@link #start} and {@link #close} belong to
 * one thread, the rest to any.
 */
public final class SinkGroup implements AutoCloseable {
    /** Members stand in the bits of a number. */
    public static final int MOST_MEMBERS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(SinkGroup.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long END_MILLIS = 5_000;
    private static final long COMPLAINT_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Is told how the group is, by the thread that watches it; must not wait. */
    public interface Report {
        /**
         * Which sinks work, when that changes.
         *
         * @param delivers whether at least one of those that are to work does, as far as is known
         */
        void works(String detail, boolean delivers);

        /** The processor threw something: the first time, and about once a minute as long as it does. */
        void fails(String detail, Throwable cause);
    }

    private final String name;
    private final List<GroupMember> members = new ArrayList<>();
    private final NanoClock nanoClock;
    private final EpochClock epochClock;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<MemberConsumer> toldSinks = new ArrayList<>();
    private final SentFrames sentFrames = new SentFrames();
    private final Counter movedEvents;
    private final Counter displacedEvents;
    private final Counter switches;
    private final Counter failures;
    private final Timing takeover;

    private volatile SinkProcessor processor;
    private volatile Sharing sharing;
    private volatile Thread thread;
    private volatile boolean stopping;
    private volatile boolean news;
    private volatile boolean hasTold;
    private volatile long lastFailureMillis;
    private volatile long lastSwitchMillis;
    private volatile Report report;

    // The group's thread.
    private String shown;
    private boolean complaining;
    private long complainedNanos;
    private long silentTimes;

    /** The sink without which nothing is delivered for the moment, until another one delivers. */
    private volatile GroupMember lost;

    private volatile long lostNanos;

    /** @param sinks names of its members, at most {@link #MOST_MEMBERS} */
    public SinkGroup(String name, List<String> sinks, MetricGroup metrics, NanoClock nanoClock, EpochClock epochClock) {
        if (sinks.isEmpty() || sinks.size() > MOST_MEMBERS) {
            throw new IllegalArgumentException(
                    "sinks of group " + name + ": " + sinks.size() + " (expected: 1 to " + MOST_MEMBERS + ")");
        }
        this.name = name;
        this.nanoClock = nanoClock;
        this.epochClock = epochClock;
        sinks.forEach(sink -> members.add(new GroupMember(this, sink, members.size())));
        movedEvents = metrics.counter("EventMovedCount");
        displacedEvents = metrics.counter("EventDisplacedCount");
        switches = metrics.counter("SwitchCount");
        failures = metrics.counter("MemberFailureCount");
        takeover = metrics.timing("takeover");
        metrics.gauge("ActiveSinks", () -> count(true));
        metrics.gauge("HealthySinks", () -> count(false));
        metrics.gauge("LastFailureTime", () -> lastFailureMillis);
        metrics.gauge("LastSwitchTime", () -> lastSwitchMillis);
    }

    public String name() {
        return name;
    }

    /** In the order of the configuration. */
    public List<GroupMember> members() {
        return members;
    }

    /** A member by its sink's name; null when the group has none. */
    public GroupMember member(String sink) {
        return members.stream()
                .filter(member -> member.name().equals(sink))
                .findFirst()
                .orElse(null);
    }

    /**
     * Gives the group its processor; before any sink joins.
     *
     * @param newReport is told how the group is
     */
    public void open(SinkProcessor newProcessor, Report newReport) {
        newProcessor.join(List.copyOf(members));
        SinkSharing wanted = newProcessor.sharing();
        if (wanted instanceof SinkSharing.InTurn turns) {
            sharing = new TurnSharing(this, turns.selector());
        } else if (wanted instanceof SinkSharing.ByHash byHash) {
            sharing = new HashSharing(this, byHash);
        } else {
            sharing = new AskedSharing(this);
        }
        report = newReport;
        processor = newProcessor;
    }

    /** Lets sinks work from here on, on a thread of its own that watches them. */
    public void start() {
        update();
        thread = new Thread(this::watch, "sinkgroup-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        while (!stopping) {
            if (!news) {
                LockSupport.parkNanos(this, LOOK_NANOS);
            }
            news = false;
            update();
        }
    }

    /** One round of the processor; for a thread that drives the group itself, instead of {@link #start}. */
    public void update() {
        SinkProcessor deciding = processor;
        if (deciding == null || stopping) {
            return;
        }
        Throwable thrown = null;
        try {
            deciding.update();
        } catch (Throwable t) {
            // Somebody else's code: without this thread sinks that wait would not be looked after any more.
            thrown = t;
        }
        locked(sharing::look);
        wakeTold();
        if (thrown == null) {
            show();
        } else {
            complain(thrown);
        }
    }

    private void complain(Throwable thrown) {
        long now = nanoTime();
        if (complaining && now - complainedNanos < COMPLAINT_NANOS) {
            silentTimes++;
            return;
        }
        LOG.error(
                "sinkgroup {}: its processor failed, sinks go on as they are{}",
                name,
                silentTimes == 0 ? "" : " (and " + silentTimes + " times since it was last said)",
                thrown);
        complaining = true;
        complainedNanos = now;
        silentTimes = 0;
        shown = null;
        report.fails("its processor fails, sinks go on as they are (" + whatMembersDo() + "): " + thrown, thrown);
    }

    private void show() {
        String now = whatMembersDo();
        if (!now.equals(shown)) {
            shown = now;
            report.works(now, members.stream().anyMatch(member -> member.isActive() && member.isHealthy()));
        }
        if (complaining && nanoTime() - complainedNanos >= COMPLAINT_NANOS) {
            // One that fails now and then is told as seldom as one that always does.
            complaining = false;
        }
    }

    private String whatMembersDo() {
        return members.stream()
                        .filter(GroupMember::isActive)
                        .map(GroupMember::name)
                        .collect(Collectors.joining(", "))
                + " active"
                + members.stream()
                        .filter(member -> !member.isHealthy())
                        .map(member -> ", " + member.name() + " does not work")
                        .collect(Collectors.joining());
    }

    /** The sinks are about to end, which is no failure of theirs. */
    public void requestStop() {
        stopping = true;
        LockSupport.unpark(thread);
    }

    /** Ends the group's thread and gives back to the channel what no sink has; the sinks have ended. */
    @Override
    public void close() {
        requestStop();
        Thread ending = thread;
        try {
            if (ending != null && ending != Thread.currentThread()) {
                ending.join(END_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (sharing != null) {
            locked(sharing::close);
        }
    }

    // ---- members

    /** Runs something short that does not wait. */
    void locked(Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }

    Sharing sharing() {
        return sharing;
    }

    SentFrames sentFrames() {
        return sentFrames;
    }

    long nanoTime() {
        return nanoClock.nanoTime();
    }

    /** Has the processor look soon; any thread, never blocks. */
    void changed() {
        news = true;
        LockSupport.unpark(thread);
    }

    /** Notes under the lock that a sink is to be woken; whoever holds it does so afterwards. */
    void tell(MemberConsumer consumer) {
        toldSinks.add(consumer);
        hasTold = true;
    }

    void wakeTold() {
        if (hasTold) {
            List<MemberConsumer> told = new ArrayList<>();
            locked(() -> {
                told.addAll(toldSinks);
                toldSinks.clear();
                hasTold = false;
            });
            told.forEach(MemberConsumer::wake);
        }
    }

    void wakeAll() {
        for (GroupMember member : members) {
            MemberConsumer consumer = member.consumer();
            if (consumer != null) {
                consumer.wake();
            }
        }
    }

    /** Before the lease is committed. */
    long movedBy(MemberLease lease) {
        lock.lock();
        try {
            lease.keepSequences();
            return sentFrames.isEmpty() ? 0 : sentFrames.moved(lease);
        } finally {
            lock.unlock();
        }
    }

    void moved(long events) {
        if (events > 0) {
            movedEvents.add(events);
        }
    }

    void displaced(long events) {
        displacedEvents.add(events);
    }

    /** Under the lock. */
    void forgetCommitted() {
        for (GroupMember member : members) {
            MemberConsumer consumer = member.consumer();
            if (consumer != null) {
                sentFrames.committedUpTo(consumer.base.lowWater());
                return;
            }
        }
    }

    void hasFailed(GroupMember member, String reason) {
        if (stopping) {
            return;
        }
        failures.increment();
        lastFailureMillis = epochClock.time();
        if (member.isActive()
                && members.stream().noneMatch(other -> other != member && other.isActive() && other.isHealthy())) {
            lostNanos = nanoTime();
            lost = member;
        }
        LOG.warn("sinkgroup {}: sink {} does not deliver: {}", name, member.name(), reason);
        changed();
    }

    void isWell(GroupMember member, long failedNanos) {
        LOG.info(
                "sinkgroup {}: sink {} is ready again, {} ms after it failed",
                name,
                member.name(),
                millisSince(failedNanos));
        changed();
    }

    void switched(GroupMember member, boolean active) {
        lastSwitchMillis = epochClock.time();
        switches.increment();
        GroupMember without = lost;
        if (stopping) {
            return;
        } else if (!active) {
            LOG.info("sinkgroup {}: sink {} takes no more", name, member.name());
        } else if (without != null && without != member) {
            LOG.info(
                    "sinkgroup {}: sink {} takes over, {} ms after sink {} failed",
                    name,
                    member.name(),
                    millisSince(lostNanos),
                    without.name());
        } else {
            LOG.info("sinkgroup {}: sink {} works", name, member.name());
        }
    }

    void hasDelivered(GroupMember member) {
        GroupMember without = lost;
        if (without == null) {
            return;
        }
        lost = null;
        if (without != member) {
            takeover.recordMicros(TimeUnit.NANOSECONDS.toMicros(nanoTime() - lostNanos));
            LOG.info(
                    "sinkgroup {}: sink {} delivers, {} ms after sink {} failed",
                    name,
                    member.name(),
                    millisSince(lostNanos),
                    without.name());
        }
    }

    private long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime() - nanos);
    }

    private long count(boolean active) {
        return members.stream()
                .filter(member -> active ? member.isActive() : member.isHealthy())
                .count();
    }
}
