package io.headrace.wal;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Sound logs to be damaged: of orderly stops and kills, with recycled segments, copies of recoveries, holes and inputs. */
final class FuzzLogs {
    static final Path FOLDER = Path.of("/log");
    private static final Path SECOND = Path.of("/more");
    private static final Path CHECKPOINTS = Path.of("/checkpoints");

    private static final int MAX_FRAME = 6 * 1024;
    private static final long SEGMENT = 16 * 1024;
    private static final int COUNT = 16;
    /** From this one on logs have several folders. */
    private static final int SEVERAL = 12;

    private FuzzLogs() {}

    private static LogSettings settings(int number, LogSettings.Appender appender) {
        List<Path> folders = number < SEVERAL ? List.of(FOLDER) : List.of(FOLDER, SECOND);
        Path checkpoints = number < SEVERAL || number % 2 == 0 ? null : CHECKPOINTS;
        return new LogSettings(folders, checkpoints, SEGMENT, MAX_FRAME, appender, 0);
    }

    /** The same logs for another thread. */
    static List<Golden> copy(List<Golden> logs) {
        return logs.stream()
                .map(log ->
                        new Golden(log.name, log.settings, log.disk.copy(), log.frames, log.acknowledged, log.places))
                .toList();
    }

    /** Where a frame of the log stands. */
    record Place(Path file, int offset, int length, long sequence, long durable) {}

    /**
     * A log as it was left.
     *
     * @param settings to open it with
     * @param frames checksums of all frames ever appended, by sequence
     * @param acknowledged what was durable and not committed when it was left: to be found again
     * @param places of frames in segments of the chain
     */
    record Golden(
            String name,
            LogSettings settings,
            FuzzDisk disk,
            TreeMap<Long, Integer> frames,
            TreeMap<Long, Integer> acknowledged,
            List<Place> places) {
        /** Where its two slots are. */
        Path checkpoints() {
            return settings.checkpointFolder() == null ? FOLDER : settings.checkpointFolder();
        }

        boolean hasSeveralFolders() {
            return settings.dataFolders().size() > 1;
        }
    }

    static List<Golden> make() throws IOException {
        List<Golden> logs = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            logs.add(make(i));
        }
        return logs;
    }

    private static Golden make(int number) throws IOException {
        Random random = new Random(number);
        FuzzDisk disk = new FuzzDisk();
        TreeMap<Long, Integer> frames = new TreeMap<>();
        TreeMap<Long, Integer> acknowledged = new TreeMap<>();
        int lives = 1 + number % 3;
        // What was not synced before a kill is acknowledged once a later life has opened with it (R10).
        for (int life = 1; life <= lives; life++) {
            boolean lastLife = life == lives;
            try (LogFixture fixture = new LogFixture(100L * number + life)) {
                disk = disk.fork();
                LogSettings settings = settings(
                        number, number % 2 == 0 ? LogSettings.Appender.POSITIONAL : LogSettings.Appender.DIRECT);
                WriteAheadLog log = WriteAheadLog.open(settings, disk, fixture.clocks);
                Life lived = new Life(log, fixture, random, frames);
                lived.live(number % 4 == 3 ? 12 : 30 + random.nextInt(30));
                long durable = log.durable();
                long lowWater = log.state().committed().floor();
                SequenceWindow committed = log.state().committed();
                if (lastLife && number % 3 == 0) {
                    log.sync();
                    durable = log.durable();
                    lived.accept();
                    log.checkpointAndStop(lived.next - 1);
                }
                if (lastLife) {
                    for (long sequence : frames.keySet()) {
                        if (sequence > lowWater && sequence <= durable && !committed.isMarked(sequence)) {
                            acknowledged.put(sequence, frames.get(sequence));
                        }
                    }
                }
                FuzzDisk left = disk.fork();
                log.close();
                disk = left;
            }
        }
        return new Golden(
                "log " + number,
                settings(number, LogSettings.Appender.POSITIONAL),
                disk,
                frames,
                acknowledged,
                places(disk));
    }

    /** One life of a log. */
    private static final class Life {
        private final WriteAheadLog log;
        private final LogFixture fixture;
        private final Random random;
        private final TreeMap<Long, Integer> frames;
        private final List<Long> open = new ArrayList<>();
        private long next;
        private long counted;

        private Life(WriteAheadLog log, LogFixture fixture, Random random, TreeMap<Long, Integer> frames) {
            this.log = log;
            this.fixture = fixture;
            this.random = random;
            this.frames = frames;
            this.next = log.nextSequence();
            this.counted = log.durable();
            frames.keySet().stream()
                    .filter(sequence -> !log.state().committed().isMarked(sequence))
                    .forEach(open::add);
        }

        private void live(int steps) throws IOException {
            int input = log.state().nextInputNumber();
            append(
                    input,
                    0,
                    InputFrames.input(fixture.builder, input, new InputKey(InputKey.Kind.ORDERED, "f" + input), 0));
            for (int step = 0; step < steps; step++) {
                Frame frame = random.nextInt(12) == 0
                        ? InputFrames.mark(fixture.builder, 0)
                        : fixture.frame(random.nextInt(10) == 0 ? 4000 + random.nextInt(1500) : random.nextInt(900));
                append(input, step + 1L, frame);
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> {
                        log.sync();
                        accept();
                    }
                    case 3 -> {
                        commit();
                        log.checkpoint();
                    }
                    case 4 -> {
                        int skipped = random.nextInt(3);
                        log.state().addHole(next, next + skipped - 1);
                        next += skipped;
                    }
                    default -> log.write();
                }
            }
            log.write();
        }

        private void append(int input, long position, Frame frame) throws IOException {
            frames.put(next, frame.checksum());
            open.add(next);
            fixture.append(log, next++, input, position, frame);
        }

        private void accept() {
            long events = frames.subMap(counted, false, log.durable(), true).size();
            log.state().accepted(log.state().accepted() + events);
            counted = log.durable();
        }

        /** In order for the most part. */
        private void commit() {
            int many = random.nextInt(6);
            for (int i = 0; i < many && !open.isEmpty(); i++) {
                int which = random.nextInt(4) == 0 ? random.nextInt(open.size()) : 0;
                long sequence = open.get(which);
                if (sequence > log.durable() || !log.state().committed().covers(sequence)) {
                    return;
                }
                open.remove(which);
                log.state().commit(sequence);
            }
        }
    }

    private static List<Place> places(FuzzDisk disk) throws IOException {
        List<Place> places = new ArrayList<>();
        LogPlace place = LogPlace.find(disk, FOLDER, null);
        try (LogWalk walk = new LogWalk(disk, place, Long.MIN_VALUE, true, false)) {
            HopHeader hop = new HopHeader();
            while (walk.next() == LogWalk.Step.FRAME) {
                ByteBuffer bytes = ByteBuffer.wrap(disk.content(walk.file())).order(ByteOrder.LITTLE_ENDIAN);
                hop.read(bytes, (int) walk.offset());
                places.add(new Place(
                        walk.file(),
                        (int) walk.offset(),
                        FrameLayout.align(hop.length()),
                        walk.sequence(),
                        hop.durable()));
            }
        }
        return places;
    }
}
