package io.headrace.engine.channel;

import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.DiskFullException;
import io.headrace.wal.InputKey;
import io.headrace.wal.LogDamagedException;
import io.headrace.wal.LogSettings.Appender;
import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.SyncMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One seeded history of a channel with several lives, all duty cycles, sources and sinks in one thread, with kills and
 * power cuts between any two steps and within any call of the storage, calls that fail, a disk that gets full, and rot,
 * against a model of what was promised: {@link SimulatedInput} for sources, {@link SimulatedSinks} for sinks. What does
 * not hold is a broken {@link Promise}.
 */
final class ChannelSimulation {
    private static final int LIVES = 4;
    private static final int IDLE_ROUNDS = 6;
    private static final long IDLE_MILLIS = 50;

    /** Long enough for a surplus of segments to show, and to be let go of. */
    private static final int CATCH_UP_ROUNDS = 8;

    private static final long CATCH_UP_MILLIS = 250;

    /** One a thread: making histograms would take longer than the rest. */
    private static final ThreadLocal<MetricGroup> METRICS =
            ThreadLocal.withInitial(() -> new MetricGroup(GroupType.CHANNEL, "c1"));

    private static final Path FOLDER = Path.of("log");

    /** More than any history has. */
    private static final int MOST_ORIGINS = 100_000;

    private final SplittableRandom random;
    private final SimulatedDisk storage;
    private final DiskTrouble trouble;
    private final StringBuilder trace = new StringBuilder();
    private final CrashCoverage coverage;
    private int crashes;
    private final DrivenClock clock = new DrivenClock();
    private ChannelSettings settings;
    private final boolean beside;
    /** Whether several streams bring the same frames. */
    private final boolean pathsMeet;

    /** Whether some who wait for room are gone when it comes. */
    private final boolean someLeave;

    /** Null where the channel has none. */
    private final SimulatedCursor cursor;

    // The model, over all lives.
    private final Map<String, SimulatedInput> inputsById = new LinkedHashMap<>();
    private final List<SimulatedInput> inputs;
    private final SimulatedSinks sinks = new SimulatedSinks(inputsById);
    /** Power was cut where acknowledged frames need not be on disk. */
    private boolean lossy;

    private long durable;

    // One life.
    private DrivenRunner runner;
    private ManagedChannel channel;
    private ChannelProcessorImpl processor;
    private long evictedBefore;
    private ChannelConsumer first;
    private ChannelConsumer second;
    private boolean sinkWoken;
    private long capacity = Long.MAX_VALUE;
    private final List<Open> open = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    /** Inputs that nobody has told of room since they found none. */
    private final Set<String> waiting = new LinkedHashSet<>();

    private record Open(Lease lease, boolean withToken, List<String> frames) {}

    ChannelSimulation(long seed, CrashCoverage coverage) {
        this.coverage = coverage;
        random = new SplittableRandom(seed);
        storage = new SimulatedDisk(seed);
        trouble = new DiskTrouble(storage, random.split());
        boolean file = random.nextBoolean();
        boolean heavy = random.nextInt(4) == 0;
        SimulatedInput stream = new SimulatedInput(InputKey.Kind.WINDOW, "link:c", file, heavy);
        inputs = new ArrayList<>(List.of(
                new SimulatedInput(InputKey.Kind.ORDERED, "file:a", file, heavy),
                new SimulatedInput(InputKey.Kind.ORDERED, "file:b", file, heavy),
                stream));
        // Drawn elsewhere, so that the histories of those without paths that meet stay what they were.
        pathsMeet = new SplittableRandom(~seed).nextInt(3) == 0;
        someLeave = new SplittableRandom(seed * 31).nextInt(16) == 0;
        if (pathsMeet) {
            inputs.add(SimulatedInput.copiesOf(stream, "link:d"));
            inputs.add(SimulatedInput.copiesOf(stream, "link:e"));
        }
        for (SimulatedInput input : inputs) {
            inputsById.put(input.id(), input);
            input.tell(sinks);
        }
        ChannelSettings base = file
                ? ChannelSettings.file("c1", 5_000, FOLDER)
                : ChannelSettings.dual("c1", 10 + random.nextInt(60), random.nextInt(8) == 0 ? 0 : 5_000, FOLDER);
        if (random.nextInt(4) == 0) {
            base = base.withFolders(List.of(FOLDER, Path.of("more")), Path.of("checkpoints"));
        }
        // Small groups, so that several are on their way beside the journal at once.
        beside = random.nextInt(4) == 0;
        SyncMode[] modes = {SyncMode.ALWAYS, SyncMode.every(100), SyncMode.NEVER};
        settings = base.withSegments(16 * 1024 << random.nextInt(3), 8 * 1024)
                .withByteCapacity(8_192 + random.nextInt(65_536))
                .withGroupBytes(beside ? 128 << random.nextInt(4) : ChannelSettings.MAX_GROUP_BYTES)
                .withSync(
                        beside ? SyncMode.ALWAYS : modes[random.nextInt(modes.length)],
                        beside ? Appender.DIRECT : Appender.values()[random.nextInt(Appender.values().length)]);
        cursor = file && random.nextBoolean() ? new SimulatedCursor(random.split(), sinks, trouble, coverage) : null;
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
        note(settings.policy() + " " + settings.sync() + " " + settings.appender() + " " + settings.dataFolders());
        for (int life = 1; life < LIVES; life++) {
            begin(false);
            if (random.nextInt(5) == 0) {
                rot();
            }
            int steps = 115 + random.nextInt(300);
            trouble.plan(beside, cursor != null);
            for (int step = 0; step < steps && channel.failure() == null; step++) {
                step();
                noteCheckpoints();
            }
            end();
        }
        begin(true);
        makeRoom();
        finish();
        coverage.add(storage);
    }

    // ---- a life begins

    private void begin(boolean last) throws IOException {
        if (cursor != null) {
            makeRoom();
            settings = cursor.configure(settings, storage, FOLDER);
        }
        while (channel == null) {
            trouble.planOpening();
            runner = new DrivenRunner(clock);
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
            } catch (IOException | RuntimeException e) {
                whyNotOpened(e);
            }
        }
        storage.revive();
        trouble.none();
        channel.start();
        note("opened: acknowledged " + channel.acknowledged() + ", low water " + channel.lowWater());
        first = channel.consumer("k1");
        first.setListener(() -> sinkWoken = true);
        second = channel.consumer("k2");
        open.clear();
        sinks.begin(first.recoveredToken());
        note("committed for good " + sinks.whatIsCommitted());
        if (cursor != null) {
            note(cursor.begin((DualChannel) channel, last));
        }
        Promise.LEDGER.check(channel.ledger().balances(), () -> channel.ledger() + " after opening");
        evictedBefore = evictedFrames();
        processor = Fixtures.processor(channel);
        if (pathsMeet) {
            processor.dropKnownOrigins(MOST_ORIGINS);
        }
        inputs.forEach(input -> {
            input.open(processor);
            note(input.id() + " from " + input.notLostUpTo() + ", acknowledged " + input.acknowledged);
        });
    }

    private void whyNotOpened(Exception e) {
        if (storage.isDead()) {
            diedOpening();
            return;
        }
        if (trouble.failed() == null || !(e instanceof IOException)) {
            throw Promise.OPENS.broken(e.toString(), e);
        }
        Promise.DAMAGE_IS_DAMAGE.check(
                !(e instanceof LogDamagedException), () -> trouble.failed() + " failed, reported: " + e.getMessage());
        note("not opened: " + trouble.failed() + " failed");
        coverage.failedOpening();
        // The same process may try again, or a new one after the machine lost its power.
        if (random.nextBoolean()) {
            crashes++;
            loseCacheOrPower(random.nextBoolean());
            storage.revive();
        }
    }

    private void diedOpening() {
        note("died while opening");
        crashes++;
        coverage.diedOpening(storage.death());
        if (random.nextInt(3) == 0) {
            loseCacheOrPower(true);
        }
        storage.revive();
    }

    private void loseCacheOrPower(boolean power) {
        if (power) {
            note("power cut; durable " + durable);
            storage.cutPower(random);
        } else {
            note("killed, cache dropped; durable " + durable);
            storage.kill();
            storage.dropCache();
        }
        if (settings.sync().kind() != SyncMode.Kind.ALWAYS) {
            lossy = true;
            sinks.powerLost();
            inputs.forEach(input -> input.loseWhatWasNotDurable(durable));
        }
    }

    private ChannelEnvironment environment() {
        return environment(storage, clock, runner, failures);
    }

    private ChannelEnvironment environment(
            SimulatedDisk disk, DrivenClock time, DrivenRunner cycles, List<Throwable> failed) {
        SplittableRandom ids = new SplittableRandom(random.nextLong());
        return new ChannelEnvironment(disk, time, time, ids::nextLong, METRICS.get(), cycles, failed::add);
    }

    /** What was recovered is on disk (R10): a bit of it turns over, on a disk beside this one. */
    private void rot() throws IOException {
        RotExperiment experiment = new RotExperiment(
                storage.durableCopy(random.nextLong()), random.split(), settings, sinks.copy(), wanted());
        DrivenClock time = new DrivenClock();
        DrivenRunner cycles = new DrivenRunner(time);
        List<Throwable> failed = new ArrayList<>();
        try {
            RotExperiment.Outcome outcome =
                    experiment.run(environment(experiment.disk(), time, cycles, failed), cycles, time, failed);
            note(experiment.rot() + ": " + outcome);
            coverage.rotted(outcome);
            coverage.add(experiment.disk());
        } catch (RuntimeException e) {
            throw Promise.ROT.broken(experiment.rot() + ": " + e, e);
        } catch (Promise.Broken e) {
            note("with " + experiment.rot());
            throw e;
        }
    }

    // ---- its steps

    private void step() throws IOException {
        if (random.nextInt(40) == 0 && !storage.isDead()) {
            changeDisk();
        }
        if (random.nextInt(80) == 0) {
            catchUp();
        }
        if (cursor != null) {
            stepCursor();
        }
        switch (random.nextInt(15)) {
            case 0, 1, 2, 3 -> put();
            case 4, 5, 6 -> runner.run(ChannelRig.JOURNAL);
            case 7 -> runner.run(random.nextInt(runner.size()));
            case 8 -> lease(random.nextInt(4) == 0 ? second : first);
            case 9, 10 -> commitOne();
            case 11 -> rollbackOne();
            case 12 -> clock.pass(random.nextInt(120));
            case 13 -> runWriter();
            default -> lookOrMark();
        }
    }

    private void stepCursor() {
        if (random.nextInt(3) == 0) {
            cursor.step();
        }
        if (random.nextInt(500) == 0) {
            cursor.passExpiry(clock);
        }
    }

    /** One of those that write groups beside the journal, where there are any. */
    private void runWriter() {
        int writers = runner.size() - ChannelRig.JOURNAL - 1;
        if (writers > 0) {
            runner.run(ChannelRig.JOURNAL + 1 + random.nextInt(writers));
        }
    }

    /** What the second sink calls done towards others is what checkpoints hold, once the first one has a token. */
    private void noteCheckpoints() {
        if (channel.failure() == null) {
            long floor = first.recoveredToken() == null ? 0 : second.lowWater();
            sinks.checkpointed(first.checkpointedTokenVersion(), floor);
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
        // Where paths meet, two of five are copies.
        int frames = (1 + random.nextInt(4)) * (pathsMeet ? 2 : 1);
        for (int i = 0; i < frames && input.hasAny(); i++) {
            if (input.isWindow() && random.nextInt(6) == 0) {
                PutStatus status = input.putAgain(random);
                Promise.COMES_ONCE.check(
                        status == null || status == PutStatus.DUPLICATE || status == PutStatus.CLOSED,
                        () -> "a frame that was sent twice is " + status);
            } else if (putNext(input, 1 + random.nextInt(3)) == PutStatus.FULL && someLeave) {
                processor.whenRoom(channel, () -> {});
            }
        }
    }

    private PutStatus putNext(SimulatedInput input, int events) {
        boolean again = input.hasToResend();
        String frame = input.frame(input.nextPosition());
        PutStatus status = input.putNext(events);
        note("put " + frame + ": " + status + (again ? ", again" : ""));
        if (status == PutStatus.FULL) {
            // Whoever waits for room lets time pass, in which frames stop waiting for sinks in memory.
            clock.pass(1);
        }
        if (input.sendsCopies() && status == PutStatus.DUPLICATE) {
            coverage.leftOut(again);
        }
        if (status == PutStatus.ACCEPTED
                && (again || pathsMeet)
                && (lossy || settings.policy() == ChannelPolicy.DUAL)) {
            sinks.comesAgain(frame);
            if (cursor != null) {
                cursor.comesAgain(frame);
            }
        }
        return status;
    }

    private void lookOrMark() {
        if (random.nextInt(4) == 0) {
            inputs.get(random.nextInt(inputs.size())).mark();
        }
        inputs.forEach(SimulatedInput::look);
    }

    private void lease(ChannelConsumer consumer) {
        Lease lease = consumer.tryLease(1 + random.nextInt(12), 1 + random.nextInt(4_000));
        if (lease != null) {
            open.add(new Open(lease, consumer == first, sinks.leased(lease, channel.acknowledged())));
        }
    }

    private void commitOne() {
        if (open.isEmpty()) {
            return;
        }
        Open one = open.remove(random.nextInt(open.size()));
        if (one.withToken()) {
            byte[] token = sinks.nextToken();
            sinks.committedWithToken(one.frames(), one.lease().commit(token));
        } else {
            one.lease().commit();
            sinks.committed(one.frames());
        }
        note("committed " + one.frames() + (one.withToken() ? " with a token" : ""));
    }

    /** Sinks get all there is, and checkpoints let go of what it stood in. */
    private void catchUp() {
        for (int round = 0; round < CATCH_UP_ROUNDS; round++) {
            runner.runAll();
            for (Lease lease = leaseAll(); lease != null && channel.failure() == null; lease = leaseAll()) {
                open.add(new Open(lease, true, sinks.leased(lease, channel.acknowledged())));
            }
            while (!open.isEmpty()) {
                commitOne();
            }
            clock.pass(CATCH_UP_MILLIS);
        }
    }

    /** Any lease: those of the same sink that were taken later fall with it, so that its order holds. */
    private void rollbackOne() {
        if (open.isEmpty()) {
            return;
        }
        int at = random.nextInt(open.size());
        boolean withToken = open.get(at).withToken();
        for (int i = at; i < open.size(); i++) {
            if (open.get(i).withToken() == withToken) {
                Open one = open.remove(i--);
                one.lease().rollback();
                sinks.rolledBack(one.frames());
            }
        }
    }

    // ---- its end

    private long evictedFrames() {
        return ((DualChannel) channel).metrics().evictedFrames.get();
    }

    private void noteEvicted() {
        if (evictedFrames() > evictedBefore) {
            coverage.memory(
                    settings.policy() == ChannelPolicy.FILE
                            ? CrashCoverage.Memory.LEFT_IN_FILE
                            : CrashCoverage.Memory.LEFT_IN_DUAL);
        }
    }

    private void end() {
        inputs.forEach(SimulatedInput::look);
        noteEvicted();
        boolean inOrder = channel.failure() == null && random.nextInt(4) == 0;
        if (inOrder) {
            makeRoom();
            note("stop");
            channel.stop(0);
        } else {
            crash();
        }
        for (Throwable failure : failures) {
            if (!(failure instanceof IOException) || trouble.failed() == null && !storage.isDead()) {
                throw Promise.FAILS_FOR_A_REASON.broken(String.valueOf(failure), failure);
            }
            Promise.DAMAGE_IS_DAMAGE.check(!(failure instanceof LogDamagedException), failure::getMessage);
        }
        failures.clear();
        open.forEach(one -> one.lease().rollback());
        open.clear();
        if (cursor != null) {
            cursor.end();
        }
        inputs.forEach(SimulatedInput::close);
        trouble.none();
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
        if (random.nextBoolean()) {
            loseCacheOrPower(random.nextBoolean());
        } else {
            note("killed");
            storage.kill();
        }
        channel.close();
    }

    /** The last life is calm: everything that was put is delivered in the end. */
    private void finish() {
        Set<String> wanted = wanted();
        for (int round = 0; round < 10_000 && channel.failure() == null && anyToResend(); round++) {
            inputs.forEach(this::putUntilItWaits);
            drain();
            Promise.ARRIVES.check(
                    waiting.isEmpty() || channel.failure() != null,
                    () -> waiting + " wait for room in a channel that is empty");
        }
        drain();
        if (channel.failure() != null) {
            throw Promise.FAILS_FOR_A_REASON.broken(channel.failure().toString(), channel.failure());
        }
        Set<String> missing = sinks.missing(wanted);
        Promise.PRESENT.check(missing.isEmpty(), () -> "lost: " + missing);
        for (SimulatedInput input : inputs) {
            for (long position = 1; position <= input.highest; position++) {
                String frame = input.frame(position);
                Promise.ARRIVES.check(
                        input.forgiven.contains(position) || sinks.isDelivered(frame), () -> frame + " did not come");
            }
        }
        checkLedger();
        Promise.ARRIVES.check(channel.size() == 0, () -> channel.size() + " events are held");
        Promise.ARRIVES.check(
                channel.lowWater() == channel.acknowledged(),
                () -> "committed up to " + channel.lowWater() + " (expected: " + channel.acknowledged() + ")");
        if (cursor != null) {
            cursor.finish(inputs, lossy);
        }
        long left = channel.stop(0);
        Promise.ARRIVES.check(left == 0, () -> left + " events left");
        if (cursor != null) {
            cursor.end();
        }
        inputs.forEach(SimulatedInput::close);
        Promise.FAILS_FOR_A_REASON.check(failures.isEmpty(), failures::toString);
    }

    /** Whoever found no room tries again when it is told of some, and not before. */
    private void putUntilItWaits(SimulatedInput input) {
        while (input.hasToResend() && channel.failure() == null) {
            if (putNext(input, 1) == PutStatus.FULL) {
                waiting.add(input.id());
                coverage.memory(CrashCoverage.Memory.WAITED_FOR);
                processor.whenRoom(channel, () -> waiting.remove(input.id()));
                return;
            }
        }
    }

    private void checkLedger() {
        Ledger ledger = channel.ledger();
        Promise.LEDGER.check(ledger.balances() && ledger.held() == 0, () -> ledger + " when all is delivered");
        if (settings.policy() == ChannelPolicy.FILE && !lossy) {
            long events = inputs.stream().mapToLong(SimulatedInput::events).sum();
            Promise.LEDGER.check(ledger.accepted() == events, () -> ledger + " (expected: " + events + " accepted)");
        }
    }

    private boolean anyToResend() {
        return inputs.stream().anyMatch(SimulatedInput::hasToResend);
    }

    /** What must be there after the last kill without any source's help, or was committed for good or delivered. */
    private Set<String> wanted() {
        Set<String> wanted = new HashSet<>();
        for (SimulatedInput input : inputs) {
            if (settings.policy() == ChannelPolicy.FILE) {
                input.acknowledged.forEach(position -> wanted.add(input.frame(position)));
            }
            for (long position = 1; position <= input.notLostUpTo(); position++) {
                wanted.add(input.frame(position));
            }
            input.forgiven.forEach(position -> wanted.remove(input.frame(position)));
        }
        return sinks.withoutDelivered(wanted);
    }

    /** Duty cycles run only when they were woken or are due, the sink leases only when it was told: a lost wake-up shows. */
    private void drain() {
        sinkWoken = true;
        for (int idle = 0; idle < IDLE_ROUNDS; idle++) {
            runner.runWoken();
            clock.pass(IDLE_MILLIS);
            if (cursor != null && cursor.drainIfWoken()) {
                idle = 0;
            }
            if (sinkWoken) {
                sinkWoken = false;
                idle = 0;
                for (Lease lease = leaseAll(); lease != null; lease = leaseAll()) {
                    sinks.leased(lease, channel.acknowledged());
                    lease.commit();
                }
            }
        }
    }

    private Lease leaseAll() {
        return first.tryLease(1_000, 1 << 20);
    }

    private void note(String what) {
        trace.append(what).append('\n');
    }
}
