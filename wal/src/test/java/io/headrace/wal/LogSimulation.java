package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * One schedule: a journal that appends, writes, syncs, commits and checkpoints, a preparer, two readers, a process that
 * dies between and within their calls, a machine that loses its power, calls that fail and a disk that is full. The
 * model knows what was staged, written, durable and committed.
 *
 * <p>After every death of the process: all that was written is there, equal and in order; nothing was invented; no
 * sequence is used again; positions are those of what is there; the count of accepted events is exact. After a power cut
 * the same holds for what was durable, and of what was written after it a part, from the first frame on.
 */
final class LogSimulation {
    private static final Path FOLDER = Path.of("log");
    private static final int LIVES = 4;
    private static final int STEPS = 100;
    private static final int INPUTS = 3;

    private final RandomGenerator random;
    private final LogSettings settings;
    private final SimulatedDisk storage;
    private final LogFixture fixture;
    private final StringBuilder trace = new StringBuilder();

    // ---- the model: entries by sequence
    private final NavigableMap<Long, Entry> staged = new TreeMap<>();
    private final NavigableMap<Long, Entry> written = new TreeMap<>();
    private final Map<Integer, InputKey> inputs = new HashMap<>();
    private final Map<Integer, Long> nextPositions = new HashMap<>();
    private long highestUsed;
    /** Everything up to here was committed in a checkpoint that was written. */
    private long checkpointedLowWater;

    private WriteAheadLog log;
    /** Beside the journal, where the appender has some. */
    private List<GroupWriter> writers = List.of();

    private LogReader reader;
    private long readerAt;
    private long nextSequence;
    private long keptTo;
    /** The log said that frames up to here survive a power cut. */
    private long durable;
    /** Frames of DATA that were committed, those in the last checkpoint, and those in one that may have been written. */
    private final Set<Long> committed = new HashSet<>();

    private Set<Long> committedInCheckpoint = Set.of();
    private Set<Long> committedInUnknown;
    /** Frames that were committed and counted, and lost with the power, which is nobody's loss. */
    private long deliveredAndLost;

    private boolean stoppedOrderly;
    /** What was written and not synced may be gone. */
    private boolean cacheLost;

    private record Entry(String text, int input, long position, FrameType type) {}

    LogSimulation(long seed, LogSettings.Appender appender) {
        this.random = new SplittableRandom(seed);
        this.storage = new SimulatedDisk(seed);
        this.settings = LogFixture.settings(FOLDER, appender);
        this.fixture = new LogFixture(seed);
    }

    String trace() {
        return trace.toString();
    }

    void run() throws IOException {
        for (int life = 0; life < LIVES; life++) {
            live(life);
        }
        storage.revive();
        open();
        reader.close();
        log.close();
        fixture.close();
    }

    private void live(int life) throws IOException {
        storage.revive();
        if (random.nextInt(3) == 0) {
            // Die while recovering, too.
            storage.dieAt(1 + random.nextInt(30));
        }
        boolean faulty = false;
        try {
            open();
            storage.revive();
            if (random.nextInt(4) != 0) {
                storage.dieAt(1 + random.nextInt(400));
            }
            faulty = random.nextInt(3) == 0;
            if (faulty) {
                planFault();
            }
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            if (random.nextInt(3) == 0) {
                sync();
                keepDurable();
                committedInUnknown = Set.copyOf(committed);
                log.checkpointAndStop(highestUsed);
                committedInCheckpoint = committedInUnknown;
                checkpointedLowWater = log.state().committed().floor();
                stoppedOrderly = true;
                note("stop");
            }
        } catch (IOException e) {
            if (!storage.isDead() && !faulty) {
                throw e;
            }
            note(storage.isDead() ? "died" : "failed: " + e.getMessage());
        }
        storage.faults((call, path) -> false);
        storage.capacity(Long.MAX_VALUE);
        end();
        closeAll();
    }

    /** One call fails with an input/output error, or from now on the disk is full for a while. */
    private void planFault() {
        if (random.nextInt(3) == 0) {
            storage.capacity(random.nextInt(4_000_000));
            return;
        }
        int[] passing = {random.nextInt(200)};
        storage.faults((call, path) -> {
            boolean fails = passing[0]-- == 0;
            if (fails) {
                note(call + " of " + path + " fails");
            }
            return fails;
        });
    }

    private void end() {
        switch (random.nextInt(4)) {
            case 0, 1 -> {
                note("power cut");
                storage.cutPower(random);
                cacheLost = true;
            }
            case 2 -> {
                storage.kill();
                storage.dropCache();
                cacheLost = true;
                note("killed, cache dropped");
            }
            default -> storage.kill();
        }
    }

    private void closeAll() throws IOException {
        if (reader != null) {
            reader.close();
            reader = null;
        }
        if (log != null) {
            log.close();
            log = null;
        }
    }

    private void open() throws IOException {
        boolean orderly = stoppedOrderly;
        // Whoever dies while opening may have reserved sequences already.
        stoppedOrderly = false;
        log = WriteAheadLog.open(settings, storage, fixture.clocks);
        note("open next " + log.nextSequence() + " last " + log.lastSequence());
        assertThat(log.nextSequence()).as("R4").isGreaterThan(highestUsed);
        if (orderly) {
            assertThat(log.nextSequence()).isEqualTo(highestUsed + 1);
            assertThat(log.recovery().cleanStop()).isTrue();
        }
        writers = random.nextBoolean() ? log.newGroupWriters() : List.of();
        nextSequence = log.nextSequence();
        compare();
        reader = log.newReader();
        readerAt = log.state().committed().floor();
        reader.seek(readerAt + 1);
    }

    /** What is there now against what was written before. */
    private void compare() throws IOException {
        LogState state = log.state();
        long floor = state.committed().floor();
        assertThat(floor).isGreaterThanOrEqualTo(checkpointedLowWater);
        // What was staged may have reached the file or not, from the first on.
        NavigableMap<Long, Entry> found = new TreeMap<>();
        long before = floor;
        try (LogReader all = log.newReader()) {
            all.seek(floor + 1);
            for (Frame frame = all.next(); frame != null; frame = all.next()) {
                found.put(all.sequence(), entryOf(frame, all));
                assertThat(all.sequence()).as("order").isGreaterThan(before);
                before = all.sequence();
                frame.release();
            }
        }
        NavigableMap<Long, Entry> expected = new TreeMap<>(written.tailMap(floor, false));
        for (Map.Entry<Long, Entry> entry : staged.entrySet()) {
            if (entry.getKey() <= log.lastSequence()) {
                written.put(entry.getKey(), entry.getValue());
                if (entry.getKey() > floor) {
                    expected.put(entry.getKey(), entry.getValue());
                }
            }
        }
        staged.clear();
        if (cacheLost) {
            loseWhatWasNotDurable(state);
            expected.keySet().retainAll(written.keySet());
        }
        assertThat(found).as("content above " + floor).isEqualTo(expected);
        assertThat(log.durable()).isEqualTo(log.lastSequence()).isEqualTo(log.written());
        comparePositions(state);
        assertThat(state.accepted()).as("accepted").isEqualTo(deliveredAndLost + dataCount(Long.MAX_VALUE));
        keptTo = log.durable();
        durable = log.durable();
        cacheLost = false;
    }

    private void loseWhatWasNotDurable(LogState state) {
        long last = log.lastSequence();
        NavigableMap<Long, Entry> lost = written.tailMap(last, false);
        assertThat(written.subMap(last, false, Math.max(last, durable), true))
                .as("durable")
                .isEmpty();
        long counted =
                lost.keySet().stream().filter(committedInCheckpoint::contains).count();
        if (committedInUnknown != null && state.accepted() != deliveredAndLost + dataCount(last) + counted) {
            counted =
                    lost.keySet().stream().filter(committedInUnknown::contains).count();
        }
        deliveredAndLost += counted;
        lost.clear();
    }

    private long dataCount(long last) {
        return written.headMap(last, true).values().stream()
                .filter(entry -> entry.type == FrameType.DATA)
                .count();
    }

    private void comparePositions(LogState state) {
        Map<Integer, Long> expected = new HashMap<>();
        for (Map.Entry<Long, Entry> entry : written.entrySet()) {
            Entry value = entry.getValue();
            if (value.type == FrameType.INPUT) {
                expected.putIfAbsent(value.input, 0L);
            } else if (value.input != 0) {
                expected.merge(value.input, value.position, Math::max);
            }
        }
        Map<Integer, Long> kept = new HashMap<>();
        state.inputs().forEach((number, input) -> {
            kept.put(number, input.position());
            assertThat(input.key()).isEqualTo(inputs.get(number));
        });
        assertThat(kept).as("positions").isEqualTo(expected);
        // What did not survive is sent again.
        inputs.keySet().retainAll(expected.keySet());
        nextPositions.clear();
        expected.forEach((number, position) -> nextPositions.put(number, position + 1));
        assertThat(state.nextInputNumber())
                .isGreaterThan(expected.keySet().stream().mapToInt(i -> i).max().orElse(0));
    }

    private void step() throws IOException {
        fixture.nanos.addAndGet(random.nextInt(2_000_000));
        switch (random.nextInt(writers.isEmpty() ? 12 : 18)) {
            case 0, 1, 2, 3 -> appendSome();
            case 4, 5 -> write();
            case 6 -> sync();
            case 7, 8 -> log.preparer().doWork();
            case 9 -> read();
            case 10 -> commitSome();
            case 11 -> checkpoint();
            case 12, 13 -> note("beside " + log.writeBeside());
            case 14, 15 ->
                note("writer " + writers.get(random.nextInt(writers.size())).doWork());
            case 16 -> settle();
            default -> checkpointOnly();
        }
    }

    private void appendSome() throws IOException {
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            if (!appendOne()) {
                log.preparer().doWork();
            }
        }
    }

    private boolean appendOne() throws IOException {
        long sequence = nextSequence + (random.nextInt(30) == 0 ? random.nextInt(5) : 0);
        if (sequence >= log.ceiling()) {
            return false;
        }
        int input = random.nextInt(INPUTS + 1);
        Entry entry;
        Frame frame;
        if (input != 0 && !inputs.containsKey(input)) {
            InputKey key = new InputKey(InputKey.Kind.ORDERED, "input " + input);
            entry = new Entry(key.id(), input, 0, FrameType.INPUT);
            frame = InputFrames.input(fixture.builder, input, key, 0);
        } else if (input != 0 && random.nextInt(10) == 0) {
            entry = new Entry("", input, nextPositions.get(input), FrameType.MARK);
            frame = InputFrames.mark(fixture.builder, 0);
        } else {
            String text = text(sequence, random.nextInt(6) == 0 ? random.nextInt(60_000) : random.nextInt(300));
            entry = new Entry(text, input, input == 0 ? 0 : nextPositions.get(input), FrameType.DATA);
            frame = fixture.frame(text);
        }
        // The frame may be in the file when the process dies in the call.
        staged.put(sequence, entry);
        highestUsed = Math.max(highestUsed, sequence);
        boolean appended;
        try {
            appended = log.append(sequence, input, entry.position, frame);
        } finally {
            frame.release();
        }
        if (appended) {
            nextSequence = sequence + 1;
            if (entry.type == FrameType.INPUT) {
                inputs.put(input, new InputKey(InputKey.Kind.ORDERED, entry.text));
                nextPositions.put(input, 1L);
            } else if (input != 0) {
                nextPositions.merge(input, 1L, Long::sum);
            }
        } else {
            staged.remove(sequence);
        }
        note(appended ? "append " + sequence : "no room");
        return appended;
    }

    /** Never the same twice: the disk does not see a store into a mapped page that changes nothing. */
    private String text(long sequence, int length) {
        StringBuilder text = new StringBuilder().append(sequence);
        while (text.length() < length) {
            text.append('-').append(Long.toHexString(random.nextLong()));
        }
        return text.toString();
    }

    private void write() throws IOException {
        log.write();
        moveWritten();
        durable = log.durable();
        note("write, written " + log.written() + " durable " + durable);
    }

    private void settle() throws IOException {
        log.settle();
        moveWritten();
        durable = log.durable();
        note("settle, durable " + durable);
    }

    private void sync() throws IOException {
        log.sync();
        moveWritten();
        durable = log.durable();
        note("sync, durable " + durable);
    }

    private void moveWritten() {
        NavigableMap<Long, Entry> moved = staged.headMap(log.written(), true);
        written.putAll(moved);
        moved.clear();
    }

    private void read() throws IOException {
        for (int i = random.nextInt(50); i > 0; i--) {
            Frame frame = reader.next();
            moveWritten();
            if (frame == null) {
                assertThat(written.higherKey(readerAt)).as("unread").isNull();
                return;
            }
            Long expected = written.higherKey(readerAt);
            // What was committed and released need not be read any more.
            while (expected != null
                    && expected < reader.sequence()
                    && log.state().committed().isMarked(expected)) {
                expected = written.higherKey(expected);
            }
            assertThat(reader.sequence()).isEqualTo(expected);
            assertThat(entryOf(frame, reader)).isEqualTo(written.get(expected));
            readerAt = expected;
            frame.release();
        }
    }

    private void commitSome() {
        moveWritten();
        int count = random.nextInt(60);
        Long sequence = log.state().committed().floor();
        for (int i = 0; i < count; i++) {
            Long next = written.higherKey(sequence);
            if (next == null || !log.state().committed().covers(next)) {
                return;
            }
            log.state().addHole(sequence + 1, next - 1);
            if (random.nextInt(10) != 0) {
                commit(next);
            }
            sequence = next;
        }
    }

    private void commit(long sequence) {
        if (written.get(sequence).type == FrameType.DATA) {
            committed.add(sequence);
        }
        if (log.state().commit(sequence) && sequence > keptTo && written.get(sequence).type == FrameType.DATA) {
            log.state().accepted(log.state().accepted() + 1);
        }
    }

    private void checkpoint() throws IOException {
        if (random.nextBoolean()) {
            sync();
        } else {
            write();
        }
        checkpointOnly();
    }

    /** Groups may be on their way. */
    private void checkpointOnly() throws IOException {
        // An append that writes the group before it moves them, too.
        moveWritten();
        keepDurable();
        committedInUnknown = Set.copyOf(committed);
        log.checkpoint();
        committedInCheckpoint = committedInUnknown;
        checkpointedLowWater = log.state().committed().floor();
        note("checkpoint durable " + log.durable() + " low " + checkpointedLowWater);
    }

    /** What became durable is counted and its positions are kept, in order; committed frames were counted before. */
    private void keepDurable() {
        LogState state = log.state();
        for (Map.Entry<Long, Entry> kept :
                written.subMap(keptTo, false, log.durable(), true).entrySet()) {
            Entry entry = kept.getValue();
            if (entry.type == FrameType.DATA && !state.committed().isMarked(kept.getKey())) {
                state.accepted(state.accepted() + 1);
            }
            if (entry.type == FrameType.INPUT) {
                state.inputs().put(entry.input, new InputState(entry.input, inputs.get(entry.input), 0, 0));
                state.nextInputNumber(Math.max(state.nextInputNumber(), entry.input + 1));
            } else if (entry.input != 0) {
                state.inputs().get(entry.input).keep(entry.position, 0);
            }
        }
        keptTo = Math.max(keptTo, log.durable());
    }

    private static Entry entryOf(Frame frame, LogReader reader) {
        FrameType type = frame.type();
        String text =
                switch (type) {
                    case DATA -> LogFixture.text(frame);
                    case INPUT -> InputFrames.decode(frame).key().id();
                    case MARK, PAD -> "";
                };
        return new Entry(text, reader.inputNumber(), reader.inputPosition(), type);
    }

    private void note(String what) {
        trace.append(what).append('\n');
    }
}
