package io.headrace.engine.channel;

import io.headrace.wal.LogDamagedException;
import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.Storage.OpenMode;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One bit of what was synced long ago turns over while no process runs. A copy of the disk is opened and emptied: it is
 * refused, or reading fails, both with a report, or everything comes as it was put.
 */
final class RotExperiment {
    /** What came of it. */
    enum Outcome {
        REFUSED,
        FAILED_READING,
        HARMLESS
    }

    private static final int ROUNDS = 10_000;
    private static final int NEAR = 8 * 1024;
    private static final int HEADER = 128;

    private final SimulatedDisk disk;
    private final SplittableRandom random;
    private final ChannelSettings settings;
    private final SimulatedSinks sinks;
    private final Set<String> wanted;
    private String rot;

    /** @param disk a copy, which is spoiled */
    RotExperiment(
            SimulatedDisk disk,
            SplittableRandom random,
            ChannelSettings settings,
            SimulatedSinks sinks,
            Set<String> wanted) {
        this.disk = disk;
        this.random = random;
        this.settings = settings;
        this.sinks = sinks;
        this.wanted = wanted;
    }

    SimulatedDisk disk() {
        return disk;
    }

    /** What was turned over, for whoever looks for a fault. */
    String rot() {
        return rot;
    }

    Outcome run(ChannelEnvironment environment, DrivenRunner runner, DrivenClock clock, List<Throwable> failures)
            throws IOException {
        turnBit();
        ManagedChannel channel;
        try {
            channel = ChannelFactory.open(settings, environment);
        } catch (IOException e) {
            checkReport(e);
            return Outcome.REFUSED;
        }
        try {
            channel.start();
            ChannelConsumer consumer = channel.consumer("k1");
            drain(channel, consumer, runner, clock);
            if (channel.failure() != null) {
                checkReport(channel.failure());
                return Outcome.FAILED_READING;
            }
            Promise.LEDGER.check(channel.ledger().balances(), () -> channel.ledger() + " after " + rot);
        } finally {
            channel.close();
        }
        Promise.FAILS_FOR_A_REASON.check(failures.isEmpty(), () -> failures + " after " + rot);
        Set<String> missing = sinks.missing(wanted);
        Promise.ROT.check(missing.isEmpty(), () -> rot + ": lost without a word: " + missing);
        return Outcome.HARMLESS;
    }

    private void turnBit() throws IOException {
        List<Path> files = new ArrayList<>();
        List<Path> folders = new ArrayList<>(settings.dataFolders());
        if (settings.checkpointFolder() != null && !folders.contains(settings.checkpointFolder())) {
            folders.add(settings.checkpointFolder());
        }
        for (Path folder : folders) {
            disk.list(folder).forEach(name -> files.add(folder.resolve(name)));
        }
        Path file = files.get(random.nextInt(files.size()));
        long size;
        try (StorageFile opened = disk.open(file, OpenMode.READ)) {
            size = opened.size();
        }
        if (size == 0) {
            rot = "nothing in " + file;
            return;
        }
        int position = position(file, (int) size);
        int bit = random.nextInt(Byte.SIZE);
        disk.flip(file, position, bit);
        rot = "bit " + bit + " of " + file + " at " + position;
    }

    /** Anywhere, or preferably where there is something: near the beginning, and not in zeros. */
    private int position(Path file, int size) throws IOException {
        int most = random.nextInt(4) == 0 ? size : Math.min(size, random.nextBoolean() ? NEAR : HEADER);
        int position = random.nextInt(most);
        ByteBuffer one = ByteBuffer.allocate(1);
        try (StorageFile opened = disk.open(file, OpenMode.READ)) {
            for (int tries = 0; tries < 20; tries++) {
                opened.read(one.clear(), position);
                if (one.get(0) != 0) {
                    return position;
                }
                position = random.nextInt(most);
            }
        }
        return position;
    }

    private void drain(ManagedChannel channel, ChannelConsumer consumer, DrivenRunner runner, DrivenClock clock) {
        int idle = 0;
        for (int round = 0; round < ROUNDS && idle < 4 && channel.failure() == null; round++) {
            runner.runAll();
            Lease lease = consumer.tryLease(1_000, 1 << 20);
            idle = lease == null ? idle + 1 : 0;
            for (; lease != null; lease = consumer.tryLease(1_000, 1 << 20)) {
                sinks.leased(lease, channel.acknowledged());
                lease.commit();
            }
            clock.pass(50);
        }
    }

    /** Whoever reads it must know that it is damage, where, and what to do. */
    private void checkReport(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof LogDamagedException)) {
            cause = cause.getCause();
        }
        String report = String.valueOf(cause == null ? failure : cause.getMessage());
        if (cause == null || !report.contains("headrace wal check")) {
            throw Promise.DAMAGE_IS_DAMAGE.broken(rot + ": " + report, failure);
        }
    }
}
