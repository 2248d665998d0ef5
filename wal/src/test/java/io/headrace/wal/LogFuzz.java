package io.headrace.wal;

import com.sun.management.ThreadMXBean;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameException;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameType;
import io.headrace.frame.HopHeader;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * One damaged log after the other, each from a seed: looked at from outside, opened, read, repaired. A violation is an
 * {@link AssertionError}.
 */
final class LogFuzz implements LongConsumer {
    private static final int READING = 400;
    /** One case in so many: a repair makes a segment of 4 MiB. */
    private static final int REPAIRED = 4;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What the pool may have in use: caches of some threads, whatever the number of cases. */
    private static final long MOST_HELD = 64L * 1024 * 1024;

    private final List<FuzzLogs.Golden> logs;
    private final Map<String, Integer> outcomes;
    private final long heldBefore = held();

    /** @param outcomes gets how often a case ended how, for whoever wants to know whether the cases are worth anything */
    LogFuzz(List<FuzzLogs.Golden> logs, Map<String, Integer> outcomes) {
        this.logs = logs;
        this.outcomes = outcomes;
    }

    /** What reading an opened log gave: the frames, or why it ended. */
    private record Reading(TreeMap<Long, Integer> frames, LogDamagedException damaged) {}

    @Override
    public void accept(long seed) {
        Random random = new Random(seed);
        FuzzLogs.Golden golden = logs.get(random.nextInt(logs.size()));
        FuzzLogs.Golden other = logs.get(random.nextInt(logs.size()));
        FuzzDisk disk = golden.disk().fork();
        LogMutation mutation = new LogMutation(disk, golden, other, random);
        int many = random.nextInt(4) == 0 ? 2 + random.nextInt(3) : 1;
        for (int i = 0; i < many; i++) {
            mutation.mutate();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            String outcome = examine(golden, disk, mutation, seed);
            outcomes.merge(outcome, 1, Integer::sum);
            long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
            check(
                    taken < (seed % REPAIRED == 0 ? 64 : 8) * 1024 * 1024 + 40 * disk.bytes(),
                    "took " + taken + " bytes of memory");
            long held = held() - heldBefore;
            check(held < MOST_HELD, held + " bytes of buffers more are in use: this case or others keep some");
        } catch (AssertionError | Exception e) {
            throw new AssertionError(golden.name() + ", " + mutation.what() + ": " + e, e);
        }
    }

    private static long held() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private String examine(FuzzLogs.Golden golden, FuzzDisk disk, LogMutation mutation, long seed) throws IOException {
        disk.limitReading(READING * (disk.bytes() + 64 * 1024));
        LogPlace place;
        LogCheck check;
        long changes = disk.changes();
        try {
            place = LogPlace.find(disk, FuzzLogs.FOLDER, null);
            check = LogCheck.run(disk, place, (bytes, of) -> {});
            LogStatus.read(disk, place);
        } catch (LogVersionException | NoLogException e) {
            check(disk.changes() == changes, "looking changed something");
            return refusedByOpening(golden, disk, mutation, e.getClass().getSimpleName());
        } catch (IOException e) {
            check(golden.hasSeveralFolders() && e.getMessage().contains("expected"), "looking failed: " + e);
            check(disk.changes() == changes, "looking changed something");
            return openedWithoutLooking(golden, disk, mutation, seed);
        }
        check(disk.changes() == changes, "looking changed something");
        if (place.dataFolders().size() < golden.settings().dataFolders().size()
                || !place.missing().isEmpty()) {
            // Without a configuration nobody knows of a folder whose member file, or whose home's, was removed.
            return openedWithoutLooking(golden, disk, mutation, seed);
        }
        FuzzDisk damaged = disk.fork();
        Map<Path, byte[]> segments = segments(disk);
        Reading reading;
        TreeMap<Long, Integer> expected = expected(golden, damaged);
        try (LogFixture fixture = new LogFixture(seed)) {
            WriteAheadLog log = WriteAheadLog.open(golden.settings(), disk, fixture.clocks);
            try {
                reading = read(log);
                check(log.nextSequence() > log.lastSequence(), "numbering goes on at " + log.nextSequence());
            } finally {
                log.close();
            }
        } catch (LogDamagedException e) {
            check(sameAs(segments, disk), "segments were changed before it was refused");
            check(!check.isSound() || mutation.lies(), "refused, but check finds it sound: " + e.getMessage());
            return repaired(golden, damaged, mutation, expected, seed, check, "refused");
        } catch (IOException e) {
            check(golden.hasSeveralFolders() && e.getMessage().contains("expected"), "opening failed: " + e);
            check(sameAs(segments, disk), "segments were changed before it was refused");
            return "refused for its folders";
        }
        if (mutation.lies()) {
            return "a lie was believed";
        }
        reading.frames.forEach((sequence, checksum) -> check(
                checksum.equals(golden.frames().get(sequence)), "frame " + sequence + " is not what was appended"));
        if (reading.damaged != null) {
            check(!check.isSound(), "reading fails, but check finds it sound: " + reading.damaged.getMessage());
            return repaired(golden, damaged, mutation, expected, seed, check, "found when read");
        }
        for (long sequence : expected.keySet()) {
            check(
                    reading.frames.containsKey(sequence),
                    "acknowledged frame " + sequence + " is missing, and nothing says so");
        }
        if (!check.isSound()) {
            // What is committed may be damaged, and a file may end behind its last frame.
            check(check.lost().isEmpty(), "opened and read, but check says " + check.damages());
            return "nothing lost";
        }
        return check.tornBytes() > 0 ? "torn" : "sound";
    }

    /** Tools don't get along with its folders: it opens with all that is acknowledged, or is refused, too. */
    private static String openedWithoutLooking(FuzzLogs.Golden golden, FuzzDisk disk, LogMutation mutation, long seed)
            throws IOException {
        TreeMap<Long, Integer> expected = expected(golden, disk.fork());
        try (LogFixture fixture = new LogFixture(seed)) {
            WriteAheadLog log = WriteAheadLog.open(golden.settings(), disk, fixture.clocks);
            try {
                Reading reading = read(log);
                check(
                        mutation.lies()
                                || reading.damaged != null
                                || reading.frames.keySet().containsAll(expected.keySet()),
                        "acknowledged frames are missing, and nothing says so");
            } finally {
                log.close();
            }
        } catch (LogDamagedException | LogVersionException e) {
            return "refused for its folders";
        } catch (IOException e) {
            check(e.getMessage().contains("expected"), "opening failed: " + e);
            return "refused for its folders";
        }
        return "opened, though tools refuse its folders";
    }

    private static String refusedByOpening(FuzzLogs.Golden golden, FuzzDisk disk, LogMutation mutation, String why)
            throws IOException {
        try (LogFixture fixture = new LogFixture(1)) {
            WriteAheadLog log = WriteAheadLog.open(golden.settings(), disk, fixture.clocks);
            log.close();
            check(why.equals("NoLogException"), "opened, but tools refuse it: " + why);
        } catch (LogVersionException | LogDamagedException e) {
            return why;
        } catch (IOException e) {
            check(golden.hasSeveralFolders() && e.getMessage().contains("expected"), "opening failed: " + e);
            return "refused for its folders";
        }
        return why;
    }

    private String repaired(
            FuzzLogs.Golden golden,
            FuzzDisk disk,
            LogMutation mutation,
            TreeMap<Long, Integer> expected,
            long seed,
            LogCheck check,
            String how)
            throws IOException {
        if (seed % REPAIRED != 0) {
            return how;
        }
        try (LogFixture fixture = new LogFixture(seed + 1)) {
            LogPlace place = LogPlace.find(disk, FuzzLogs.FOLDER, null);
            LogRepair.Plan plan = LogRepair.apply(disk, place, fixture.clocks, "t");
            WriteAheadLog log;
            try {
                log = WriteAheadLog.open(golden.settings(), disk, fixture.clocks);
            } catch (LogDamagedException e) {
                check(mutation.lies(), "refused after repair: " + e.getMessage());
                return how + ", a lie outlived its repair";
            }
            Reading reading;
            try {
                reading = read(log);
            } finally {
                log.close();
            }
            if (!mutation.lies()) {
                check(reading.damaged == null, "damaged after repair: " + reading.damaged);
                check(plan.lost().equals(check.lost()), "repair lost " + plan.lost() + ", check said " + check.lost());
                boolean slotsBad =
                        plan.damages().stream().anyMatch(damage -> damage.kind() == LogDamage.Kind.CHECKPOINT);
                // Without a checkpoint nothing tells what was released from what cannot be reached any more.
                long first = slotsBad && !reading.frames.isEmpty()
                        ? reading.frames.firstKey()
                        : slotsBad ? Long.MAX_VALUE : 0;
                for (long sequence : expected.tailMap(first).keySet()) {
                    boolean told = plan.lost().stream()
                            .anyMatch(range -> range.first() <= sequence && sequence <= range.last());
                    check(
                            told != reading.frames.containsKey(sequence),
                            "frame " + sequence + (told ? " is there, but reported lost" : " is lost without a word"));
                }
                reading.frames.forEach((sequence, checksum) -> check(
                        checksum.equals(golden.frames().get(sequence)),
                        "frame " + sequence + " is not what was appended"));
            }
        }
        return how + ", repaired";
    }

    /** What must be found again: acknowledged, and something that is still whole says so. */
    private static TreeMap<Long, Integer> expected(FuzzLogs.Golden golden, FuzzDisk disk) {
        long known = -1;
        HopHeader hop = new HopHeader();
        Map<Path, byte[]> contents = new TreeMap<>();
        for (FuzzLogs.Place place : golden.places()) {
            byte[] content = contents.computeIfAbsent(place.file(), disk::content);
            if (content != null && content.length >= place.offset() + FrameLayout.HOP_LENGTH) {
                ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
                if (hop.read(bytes, place.offset()) && hop.sequence() == place.sequence()) {
                    known = Math.max(known, place.durable());
                }
            }
        }
        try {
            Checkpoint checkpoint = CheckpointStore.read(disk, golden.checkpoints());
            known = Math.max(known, checkpoint == null ? 0 : checkpoint.durable());
        } catch (IOException e) {
            // Both are bad: only the frames speak.
        }
        return new TreeMap<>(golden.acknowledged().headMap(known, true));
    }

    private static Reading read(WriteAheadLog log) throws IOException {
        TreeMap<Long, Integer> frames = new TreeMap<>();
        EventCursor cursor = new EventCursor();
        long last = 0;
        try (LogReader reader = log.newReader()) {
            reader.seek(log.state().committed().floor() + 1);
            for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                try {
                    check(reader.sequence() > last, reader.sequence() + " after " + last);
                    last = reader.sequence();
                    check(checksum(frame) == frame.checksum(), "frame " + last + ": its checksum denies it");
                    frames.put(last, frame.checksum());
                    walk(frame, cursor);
                } finally {
                    frame.release();
                }
            }
        } catch (LogDamagedException e) {
            return new Reading(frames, e);
        }
        return new Reading(frames, null);
    }

    private static void walk(Frame frame, EventCursor cursor) {
        if (frame.type() != FrameType.DATA) {
            return;
        }
        try {
            cursor.wrap(frame);
            while (cursor.next()) {
                cursor.headers();
                cursor.body();
            }
        } catch (FrameException e) {
            check(e.getMessage().contains("expected"), e.toString());
        }
    }

    private static int checksum(Frame frame) {
        byte[] bytes = new byte[frame.buffer().capacity()];
        frame.buffer().getBytes(0, bytes);
        CRC32C crc = new CRC32C();
        crc.update(bytes, Integer.BYTES, bytes.length - Integer.BYTES);
        return (int) crc.getValue();
    }

    private static Map<Path, byte[]> segments(FuzzDisk disk) {
        Map<Path, byte[]> segments = new TreeMap<>();
        for (Path path : new ArrayList<>(disk.paths())) {
            if (Segment.indexOf(path.getFileName().toString()) >= 0) {
                segments.put(path, disk.content(path));
            }
        }
        return segments;
    }

    private static boolean sameAs(Map<Path, byte[]> before, FuzzDisk disk) {
        Map<Path, byte[]> now = segments(disk);
        return now.keySet().equals(before.keySet())
                && now.entrySet().stream()
                        .allMatch(entry -> Arrays.equals(entry.getValue(), before.get(entry.getKey())));
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
