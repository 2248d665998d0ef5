package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.DiskFullException;
import io.headrace.wal.InputKey;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.SyncMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One seeded history of a channel with several lives, all duty cycles, sources and sinks in one thread, with kills and
 * power cuts between any two steps and within any call of the storage, calls that fail, and a disk that gets full,
 * against a model of what was promised.
 */
final class ChannelSimulation {
    private static final int LIVES = 4;
    private static final int IDLE_ROUNDS = 6;
    private static final long IDLE_MILLIS = 50;

    /** One a thread: making histograms would take longer than the rest. */
    private static final ThreadLocal<MetricGroup> METRICS =
            ThreadLocal.withInitial(() -> new MetricGroup(GroupType.CHANNEL, "c1"));

    private static final Path FOLDER = Path.of("log");

    private final SplittableRandom random;
    private final SimulatedDisk storage;
    private final StringBuilder trace = new StringBuilder();
    private final CrashCoverage coverage;
    private int crashes;
    private final DrivenClock clock = new DrivenClock();
    private final ChannelSettings settings;
    private final List<SimulatedInput> inputs;

    // The model, over all lives: frames by "input/position".
    private final List<Commit> commits = new ArrayList<>();
    private final Set<String> delivered = new HashSet<>();
    private final Set<String> committedForGood = new HashSet<>();
    private long tokens;
    /** Power was cut where acknowledged frames need not be on disk. */
    private boolean lossy;

    private long durable;

    // One life.
    private DrivenRunner runner;
    private ManagedChannel channel;
    private ChannelConsumer first;
    private ChannelConsumer second;
    private boolean sinkWoken;
    private boolean faulty;
    private long capacity = Long.MAX_VALUE;
    private final List<Open> open = new ArrayList<>();
    private final Map<String, Long> highestLeased = new HashMap<>();
    private final Set<String> leasedThisLife = new HashSet<>();
    private final List<Throwable> failures = new ArrayList<>();

    /** A commit in the order in which the journal gets them; {@code token} is 0 for one without. */
    private record Commit(long token, List<String> frames) {}

    private record Open(Lease lease, boolean withToken, List<String> frames) {}

    ChannelSimulation(long seed, CrashCoverage coverage) {
        this.coverage = coverage;
        random = new SplittableRandom(seed);
        storage = new SimulatedDisk(seed);
        boolean file = random.nextBoolean();
        inputs = List.of(
                new SimulatedInput(InputKey.Kind.ORDERED, "file:a", file),
                new SimulatedInput(InputKey.Kind.ORDERED, "file:b", file),
                new SimulatedInput(InputKey.Kind.WINDOW, "link:c", file));
        ChannelSettings base = file
                ? ChannelSettings.file("c1", 5_000, FOLDER)
                : ChannelSettings.dual("c1", 10 + random.nextInt(60), random.nextInt(8) == 0 ? 0 : 5_000, FOLDER);
        SyncMode[] modes = {SyncMode.ALWAYS, SyncMode.every(100), SyncMode.NEVER};
        settings = base.withSegments(64 * 1024, 8 * 1024)
                .withByteCapacity(8_192 + random.nextInt(65_536))
                .withSync(
                        modes[random.nextInt(modes.length)],
                        Appender.values()[random.nextInt(Appender.values().length)]);
    }

    /** Frames that were put, again or not. */
    int frames() {
        return inputs.stream().mapToInt(SimulatedInput::putCount).sum();
    }

    /** How often the process died or the channel failed. */
    int crashes() {
        return crashes;
    }

    /** What happened, for whoever looks for a fault. */
    String trace() {
        return trace.toString();
    }

    void run() throws IOException {
        note(settings.policy() + " " + settings.sync() + " " + settings.appender());
        for (int life = 1; life <= LIVES; life++) {
            begin();
            if (life == LIVES) {
                makeRoom();
                finish();
                return;
            }
            int steps = 60 + random.nextInt(200);
            if (random.nextBoolean()) {
                storage.dieAt(1 + random.nextInt(random.nextBoolean() ? 60 : 200));
            }
            faulty = random.nextInt(4) == 0;
            if (faulty) {
                int[] passing = {random.nextInt(150)};
                storage.faults((call, path) -> passing[0]-- == 0);
            }
            for (int step = 0; step < steps && channel.failure() == null; step++) {
                step();
            }
            end();
        }
    }

    private void begin() throws IOException {
        while (channel == null) {
            if (random.nextInt(4) == 0) {
                storage.dieAt(1 + random.nextInt(40));
            }
            runner = new DrivenRunner();
            try {
                channel = ChannelFactory.open(settings, environment());
                if (storage.isDead()) {
                    // Killed in a call that found the disk full.
                    channel.close();
                    channel = null;
                    diedOpening();
                }
            } catch (DiskFullException e) {
                makeRoom();
            } catch (IOException e) {
                if (!storage.isDead()) {
                    throw e;
                }
                diedOpening();
            }
        }
        storage.revive();
        channel.start();
        note("opened: acknowledged " + channel.acknowledged() + ", low water " + channel.lowWater());
        first = channel.consumer("k1");
        first.setListener(() -> sinkWoken = true);
        second = channel.consumer("k2");
        highestLeased.clear();
        leasedThisLife.clear();
        open.clear();
        learnWhatIsCommitted();
        note("committed for good " + committedForGood);
        assertThat(channel.ledger().balances()).isTrue();
        ChannelProcessorImpl processor = Fixtures.processor(channel);
        inputs.forEach(input -> {
            input.open(processor);
            note(input.id() + " from " + input.notLostUpTo() + ", acknowledged " + input.acknowledged);
        });
    }

    private void note(String what) {
        trace.append(what).append('\n');
    }

    private void diedOpening() {
        note("died while opening");
        crashes++;
        coverage.diedOpening(storage.death());
        if (random.nextInt(3) == 0) {
            note("power cut");
            storage.cutPower(random);
            loseWhatWasNotDurable();
        }
        storage.revive();
    }

    private void loseWhatWasNotDurable() {
        if (settings.sync().kind() != SyncMode.Kind.ALWAYS) {
            lossy = true;
            inputs.forEach(input -> input.loseWhatWasNotDurable(durable));
        }
    }

    private ChannelEnvironment environment() {
        SplittableRandom ids = new SplittableRandom(random.nextLong());
        return new ChannelEnvironment(storage, clock, clock, ids::nextLong, METRICS.get(), runner, failures::add);
    }

    /** The recovered token says which commits a checkpoint held: all up to it, and none of its sink's after it. */
    private void learnWhatIsCommitted() {
        byte[] token = first.recoveredToken();
        long upTo = token == null ? 0 : ByteBuffer.wrap(token).getLong();
        int last = -1;
        for (int i = 0; i < commits.size(); i++) {
            if (commits.get(i).token() != 0 && commits.get(i).token() <= upTo) {
                last = i;
            }
        }
        for (int i = 0; i <= last; i++) {
            committedForGood.addAll(commits.get(i).frames());
        }
        // The sink cuts its output to the token.
        commits.stream()
                .filter(commit -> commit.token() > upTo)
                .forEach(commit -> delivered.removeAll(commit.frames()));
        for (Commit later : commits.subList(last + 1, commits.size())) {
            if (later.token() != 0) {
                // The sink cuts its output to the token: what it wrote after that must come again.
                delivered.removeAll(later.frames());
            }
        }
        commits.clear();
    }

    private void step() throws IOException {
        if (random.nextInt(40) == 0 && !storage.isDead()) {
            changeDisk();
        }
        switch (random.nextInt(14)) {
            case 0, 1, 2, 3 -> put();
            case 4, 5, 6 -> runner.run(ChannelRig.JOURNAL);
            case 7 -> runner.run(random.nextInt(runner.size()));
            case 8 -> lease(random.nextInt(4) == 0 ? second : first);
            case 9, 10 -> commitOne();
            case 11 -> rollbackOne();
            case 12 -> clock.pass(random.nextInt(120));
            default -> lookOrMark();
        }
    }

    /** The disk gets full, nearly full, or has room again. */
    private void changeDisk() throws IOException {
        long used = capacity - storage.usableSpace(FOLDER);
        capacity = random.nextInt(3) == 0 ? Long.MAX_VALUE : used + random.nextInt(300_000);
        storage.capacity(capacity);
    }

    private void makeRoom() {
        // The preparer looks again a while after it found the disk full.
        clock.pass(1_000);
        capacity = Long.MAX_VALUE;
        storage.capacity(capacity);
    }

    private void put() {
        SimulatedInput input = inputs.get(random.nextInt(inputs.size()));
        int frames = 1 + random.nextInt(4);
        for (int i = 0; i < frames; i++) {
            if (input.isWindow() && random.nextInt(6) == 0) {
                assertThat(input.putAgain(random)).isIn(PutStatus.DUPLICATE, PutStatus.CLOSED, null);
            } else {
                putNext(input, 1 + random.nextInt(3));
            }
        }
    }

    private void putNext(SimulatedInput input, int events) {
        boolean again = input.hasToResend();
        String frame = input.id() + "/" + input.nextPosition();
        PutStatus status = input.putNext(events);
        note("put " + frame + ": " + status + (again ? ", again" : ""));
        if (status == PutStatus.ACCEPTED && again && (lossy || settings.policy() == ChannelPolicy.DUAL)) {
            // Memory held an earlier frame that the kill took: what was committed behind it comes twice.
            committedForGood.remove(frame);
        }
    }

    private void lookOrMark() {
        if (random.nextInt(4) == 0) {
            inputs.get(random.nextInt(inputs.size())).mark();
        }
        inputs.forEach(SimulatedInput::look);
    }

    private void lease(ChannelConsumer consumer) {
        Lease lease = consumer.tryLease(1 + random.nextInt(12), 1 + random.nextInt(4_000));
        if (lease == null) {
            return;
        }
        List<String> frames = new ArrayList<>();
        for (int i = 0; i < lease.size(); i++) {
            assertThat(lease.sequence(i)).as("R3").isLessThanOrEqualTo(channel.acknowledged());
            String body = Fixtures.bodies(lease.frame(i)).get(0);
            String frame = body.substring(0, body.lastIndexOf('/'));
            checkOrder(frame);
            assertThat(committedForGood).as("committed in a checkpoint").doesNotContain(frame);
            frames.add(frame);
        }
        open.add(new Open(lease, consumer == first, frames));
    }

    private void checkOrder(String frame) {
        if (!leasedThisLife.add(frame)) {
            return;
        }
        String input = frame.substring(0, frame.lastIndexOf('/'));
        long position = Long.parseLong(frame.substring(frame.lastIndexOf('/') + 1));
        Long before = highestLeased.put(input, position);
        // A sender sends again in order what was lost; only that may step back.
        if (before != null && !input.startsWith("link")) {
            assertThat(position).as("order of %s", input).isGreaterThan(before);
        }
    }

    private void commitOne() {
        if (open.isEmpty()) {
            return;
        }
        Open one = open.remove(random.nextInt(open.size()));
        if (one.withToken()) {
            tokens++;
            commits.add(new Commit(tokens, one.frames()));
            one.lease().commit(ByteBuffer.allocate(Long.BYTES).putLong(tokens).array());
        } else {
            commits.add(new Commit(0, one.frames()));
            one.lease().commit();
        }
        note("committed " + one.frames() + (one.withToken() ? " with token " + tokens : ""));
        delivered.addAll(one.frames());
    }

    /** The newest lease only, so that no other one falls with it. */
    private void rollbackOne() {
        for (int i = open.size() - 1; i >= 0; i--) {
            Open one = open.get(i);
            boolean newest =
                    open.subList(i + 1, open.size()).stream().noneMatch(later -> later.withToken() == one.withToken());
            if (newest) {
                open.remove(i);
                one.lease().rollback();
                return;
            }
        }
    }

    private void end() {
        inputs.forEach(SimulatedInput::look);
        boolean inOrder = channel.failure() == null && random.nextInt(4) == 0;
        if (inOrder) {
            makeRoom();
            note("stop");
            channel.stop(0);
        } else {
            crash();
        }
        assertThat(failures)
                .allMatch(
                        failure -> failure instanceof IOException && (faulty || storage.isDead()),
                        "only what was done to it fails it");
        failures.clear();
        open.forEach(one -> one.lease().rollback());
        open.clear();
        inputs.forEach(SimulatedInput::close);
        storage.faults((call, path) -> false);
        storage.revive();
        channel = null;
    }

    private void crash() {
        crashes++;
        if (storage.isDead() || channel.failure() == null) {
            coverage.died(
                    storage.death(),
                    settings.policy(),
                    ((DualChannel) channel).admission().isSpilling());
        }
        durable = ((DualChannel) channel).durable();
        boolean cacheLost = random.nextBoolean();
        if (cacheLost && random.nextBoolean()) {
            note("killed, cache dropped; durable " + durable);
            storage.kill();
            storage.dropCache();
        } else if (cacheLost) {
            note("power cut; durable " + durable);
            storage.cutPower(random);
        } else {
            note("killed");
            storage.kill();
        }
        channel.close();
        if (cacheLost) {
            loseWhatWasNotDurable();
        }
    }

    /** The last life is calm: everything that was put is delivered in the end. */
    private void finish() {
        Set<String> wanted = wanted();
        for (int round = 0; round < 10_000 && channel.failure() == null && anyToResend(); round++) {
            inputs.stream().filter(SimulatedInput::hasToResend).forEach(input -> putNext(input, 1));
            drain();
        }
        drain();
        if (channel.failure() != null) {
            throw new AssertionError("the channel failed", channel.failure());
        }
        Set<String> all = new HashSet<>(committedForGood);
        all.addAll(leasedThisLife);
        wanted.removeAll(all);
        assertThat(wanted).as("promised and lost").isEmpty();
        for (SimulatedInput input : inputs) {
            for (long position = 1; position <= input.highest; position++) {
                if (input.forgiven.contains(position)) {
                    continue;
                }
                assertThat(all.contains(input.id() + "/" + position) || delivered.contains(input.id() + "/" + position))
                        .as("%s/%d delivered", input.id(), position)
                        .isTrue();
            }
        }
        assertThat(channel.size()).as("events held").isZero();
        Ledger ledger = channel.ledger();
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.held()).isZero();
        assertThat(channel.lowWater()).as("everything committed").isEqualTo(channel.acknowledged());
        assertThat(channel.stop(0)).isZero();
        inputs.forEach(SimulatedInput::close);
        assertThat(failures).isEmpty();
    }

    private boolean anyToResend() {
        return inputs.stream().anyMatch(SimulatedInput::hasToResend);
    }

    /** What must be there after the last kill without any source's help, or was committed for good or delivered. */
    private Set<String> wanted() {
        Set<String> wanted = new HashSet<>();
        for (SimulatedInput input : inputs) {
            if (settings.policy() == ChannelPolicy.FILE) {
                input.acknowledged.forEach(position -> wanted.add(input.id() + "/" + position));
            }
            for (long position = 1; position <= input.notLostUpTo(); position++) {
                wanted.add(input.id() + "/" + position);
            }
        }
        inputs.forEach(input -> input.forgiven.forEach(position -> wanted.remove(input.id() + "/" + position)));
        // A commit that no checkpoint holds may have been in the log or not.
        wanted.removeAll(delivered);
        return wanted;
    }

    /** Duty cycles run only when they were woken or are due, the sink leases only when it was told: a lost wake-up shows. */
    private void drain() {
        sinkWoken = true;
        for (int idle = 0; idle < IDLE_ROUNDS; idle++) {
            runner.runWoken();
            clock.pass(IDLE_MILLIS);
            if (sinkWoken) {
                sinkWoken = false;
                idle = 0;
                for (Lease lease = leaseAll(); lease != null; lease = leaseAll()) {
                    for (int i = 0; i < lease.size(); i++) {
                        String body = Fixtures.bodies(lease.frame(i)).get(0);
                        String frame = body.substring(0, body.lastIndexOf('/'));
                        checkOrder(frame);
                        assertThat(committedForGood)
                                .as("committed in a checkpoint")
                                .doesNotContain(frame);
                    }
                    lease.commit();
                }
            }
        }
    }

    private Lease leaseAll() {
        return first.tryLease(1_000, 1 << 20);
    }
}
