package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.wal.SimulatedDisk.Call;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
    private static final Path FOLDER = Path.of("log");
    private static final Path A = FOLDER.resolve("checkpoint-a");
    private static final Path B = FOLDER.resolve("checkpoint-b");

    private static final Set<Call> CHANGES =
            Set.of(Call.CREATE, Call.WRITE, Call.SYNC, Call.TRUNCATE, Call.RENAME, Call.DELETE, Call.SYNC_FOLDER);

    private static final int SEEDS = Integer.getInteger("headrace.checkpoint.seeds", 500);

    private final SimulatedDisk storage = disk(0);

    @Test
    void shouldHaveNoCheckpointWhenThereNeverWasOne() throws IOException {
        try (CheckpointStore store = CheckpointStore.open(storage, FOLDER)) {
            assertThat(store.load()).isNull();
            assertThat(store.nextGeneration()).isEqualTo(1);
            assertThat(store.olderLowWater()).isZero();
        }
        assertThat(CheckpointStore.read(storage, FOLDER)).isNull();
    }

    @Test
    void shouldLoadTheNewestOfManyGenerationsAndKeepTheOneBefore() throws IOException {
        for (long generation = 1; generation <= 20; generation++) {
            try (CheckpointStore store = CheckpointStore.open(storage, FOLDER)) {
                assertThat(store.nextGeneration()).isEqualTo(generation);
                store.write(checkpoint(generation));
                assertThat(store.olderLowWater()).isEqualTo(generation == 1 ? 0 : lowWater(generation - 1));
            }
            assertLoads(generation, generation == 1 ? 0 : lowWater(generation - 1));
        }
    }

    @Test
    void shouldAlternateSlots() throws IOException {
        try (CheckpointStore store = CheckpointStore.open(storage, FOLDER)) {
            for (long generation = 1; generation <= 6; generation++) {
                byte[] other =
                        storage.exists(generation % 2 == 1 ? B : A) ? content(generation % 2 == 1 ? B : A) : null;
                store.write(checkpoint(generation));
                assertThat(generationIn(generation % 2 == 1 ? A : B)).isEqualTo(generation);
                if (other != null) {
                    assertThat(content(generation % 2 == 1 ? B : A)).isEqualTo(other);
                }
            }
        }
    }

    @Test
    void shouldUseTheOlderSlotWhenTheNewerIsGarbledAtAnyByteOrCutAnywhere() throws IOException {
        write(1, 2);
        byte[] good = content(B);
        int used = CheckpointSlot.HEADER_LENGTH
                + ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
        for (int at = 0; at < used; at++) {
            byte[] garbled = good.clone();
            garbled[at] ^= 0x40;
            DiskContent.write(storage, B, garbled);
            assertThat(CheckpointStore.read(storage, FOLDER).generation())
                    .as("byte %d", at)
                    .isEqualTo(1);
            DiskContent.write(storage, B, Arrays.copyOf(good, at));
            assertThat(CheckpointStore.read(storage, FOLDER).generation())
                    .as("cut at %d", at)
                    .isEqualTo(1);
        }
        DiskContent.write(storage, B, new byte[0]);
        assertLoads(1, 0);
        write(2, 3);
        assertLoads(3, lowWater(2));
    }

    /** Each change to the disk fails in turn, torn where it is a write; what was durable before is found again. */
    @Test
    void shouldLoseNoDurableCheckpointWhereverWritingStops_R9() throws IOException {
        for (int generations = 1; generations <= 4; generations++) {
            for (boolean large : new boolean[] {false, true}) {
                boolean failed = true;
                for (int passing = 0; failed; passing++) {
                    failed = stopAfter(generations, passing, large);
                }
            }
        }
    }

    private boolean stopAfter(int generations, int passing, boolean large) throws IOException {
        SimulatedDisk disk = disk(passing);
        try (CheckpointStore store = CheckpointStore.open(disk, FOLDER)) {
            for (int generation = 1; generation < generations; generation++) {
                store.write(checkpoint(generation));
            }
        }
        boolean failed = false;
        failAfter(disk, passing);
        try (CheckpointStore store = CheckpointStore.open(disk, FOLDER)) {
            Checkpoint next = checkpoint(generations);
            if (large) {
                next.state().tokens().put("large", new byte[200_000]);
            }
            store.write(next);
        } catch (IOException e) {
            failed = true;
        }
        recover(disk);
        try (CheckpointStore store = CheckpointStore.open(disk, FOLDER)) {
            long found = store.load() == null ? 0 : store.load().generation();
            if (failed) {
                assertThat(found).isBetween(generations - 1L, (long) generations);
            } else {
                assertThat(found).isEqualTo(generations);
            }
            store.write(checkpoint(generations + 1L));
            assertThat(store.olderLowWater()).isEqualTo(found == 0 ? 0 : lowWater(found));
        }
        return failed;
    }

    /** Kills, failing syncs and power cuts one after the other: nothing acknowledged is lost, nothing needed released. */
    @Test
    void shouldSurviveAnySequenceOfFaults_R9() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            SimulatedDisk disk = disk(seed);
            long acknowledged = 0;
            long attempted = 0;
            long released = 0;
            for (int life = 0; life < 8; life++) {
                try (CheckpointStore store = CheckpointStore.open(disk, FOLDER)) {
                    long found = store.load() == null ? 0 : store.load().generation();
                    assertThat(found).as("seed %d, life %d", seed, life).isBetween(acknowledged, attempted);
                    assertThat(found == 0 ? 0 : store.load().lowWater())
                            .as("seed %d, life %d", seed, life)
                            .isGreaterThanOrEqualTo(released);
                    failAfter(disk, random.nextInt(30));
                    while (true) {
                        Checkpoint next = checkpoint(store.nextGeneration());
                        next.state().tokens().put("sink", new byte[random.nextInt(10) * 9_000]);
                        attempted = next.generation();
                        store.write(next);
                        acknowledged = attempted;
                        released = Math.max(released, store.olderLowWater());
                    }
                } catch (LogDamagedException e) {
                    throw new AssertionError("seed " + seed + ", life " + life, e);
                } catch (IOException e) {
                    recover(disk);
                }
                if (random.nextBoolean()) {
                    disk.cutPower(random);
                    disk.revive();
                } else if (random.nextBoolean()) {
                    failToOpen(disk, random.nextInt(6));
                }
            }
        }
    }

    private static void failToOpen(SimulatedDisk disk, int passing) throws IOException {
        failAfter(disk, passing);
        try (CheckpointStore store = CheckpointStore.open(disk, FOLDER)) {
            assertThat(store.nextGeneration()).isPositive();
        } catch (LogDamagedException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            assertThat(e).hasMessage("Input/output error");
        }
        recover(disk);
    }

    @Test
    void shouldOpenAndWriteOnAFullDisk() throws IOException {
        SimulatedDisk full = new SimulatedDisk();
        full.createFolders(FOLDER);
        try (CheckpointStore store = CheckpointStore.open(full, FOLDER)) {
            store.write(checkpoint(1));
            store.write(checkpoint(2));
        }
        full.capacity(2 * 64 * 1024 + 100);
        for (long generation = 3; generation <= 6; generation++) {
            try (CheckpointStore store = CheckpointStore.open(full, FOLDER)) {
                store.write(checkpoint(generation));
                assertThat(store.olderLowWater()).isEqualTo(lowWater(generation - 1));
            }
        }
        assertThat(full.list(FOLDER)).containsExactly("checkpoint-a", "checkpoint-b");
    }

    @Test
    void shouldKeepCheckpointsOnARealDisk(@TempDir Path folder) throws IOException {
        FileStorage real = new FileStorage();
        for (long generation = 1; generation <= 5; generation++) {
            try (CheckpointStore store = CheckpointStore.open(real, folder)) {
                store.write(checkpoint(generation));
            }
            assertThat(CheckpointStore.read(real, folder).generation()).isEqualTo(generation);
        }
        assertThat(real.list(folder)).containsExactly("checkpoint-a", "checkpoint-b");
    }

    @Test
    void shouldRefuseToWriteAfterAFailedWrite() throws IOException {
        try (CheckpointStore store = CheckpointStore.open(storage, FOLDER)) {
            store.write(checkpoint(1));
            failAfter(storage, 1);
            assertThatThrownBy(() -> store.write(checkpoint(2))).isInstanceOf(IOException.class);
            assertThat(store.olderLowWater()).isZero();
            recover(storage);
            assertThatThrownBy(() -> store.write(checkpoint(2))).hasMessageContaining("open it again");
        }
        assertLoads(1, 0);
    }

    @Test
    void shouldRefuseGenerationsThatDoNotAscend() throws IOException {
        try (CheckpointStore store = CheckpointStore.open(storage, FOLDER)) {
            store.write(checkpoint(5));
            assertThatThrownBy(() -> store.write(checkpoint(5)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("generation: 5 (expected: > 5)");
        }
    }

    @Test
    void shouldNameBothFilesWhenNoneIsValid() throws IOException {
        write(1, 2);
        storage.flip(A, 40, 0);
        storage.flip(B, 3, 0);
        assertThatThrownBy(() -> CheckpointStore.open(storage, FOLDER))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining("checkpoint-a: body checksum")
                .hasMessageContaining("checkpoint-b: magic");
    }

    @Test
    void shouldRefuseAnUnknownVersionByNameEvenBesideAGoodSlot() throws IOException {
        write(1, 2);
        ByteBuffer slot = ByteBuffer.wrap(content(B)).order(ByteOrder.LITTLE_ENDIAN);
        slot.putInt(8, 4);
        CRC32C crc = new CRC32C();
        crc.update(slot.array(), 0, 28);
        slot.putInt(28, (int) crc.getValue());
        DiskContent.write(storage, B, slot.array());
        assertThatThrownBy(() -> CheckpointStore.open(storage, FOLDER))
                .isInstanceOf(LogVersionException.class)
                .hasMessageContaining("checkpoint-b: checkpoint version: 4 (expected: 1 to 3)");
    }

    @Test
    void shouldGrowASlotAndShrinkWhatItHoldsAgain() throws IOException {
        try (CheckpointStore store = CheckpointStore.open(storage, FOLDER)) {
            for (long generation = 1; generation <= 8; generation++) {
                Checkpoint checkpoint = checkpoint(generation);
                checkpoint.state().tokens().put("sink", new byte[(int) (generation % 5) * 60_000]);
                store.write(checkpoint);
                assertThat(CheckpointStore.read(storage, FOLDER)
                                .state()
                                .tokens()
                                .get("sink"))
                        .hasSize((int) (generation % 5) * 60_000);
            }
        }
        assertThat(Integer.bitCount(content(A).length)).isOne();
    }

    @Test
    void shouldKeepFilesOfOnePowerOfTwoFilledWithZeros() throws IOException {
        write(1, 2);
        assertThat(content(A)).hasSize(64 * 1024);
        assertThat(storage.list(FOLDER)).containsExactly("checkpoint-a", "checkpoint-b");
    }

    private void write(long from, long to) throws IOException {
        try (CheckpointStore store = CheckpointStore.open(storage, FOLDER)) {
            for (long generation = from; generation <= to; generation++) {
                if (generation >= store.nextGeneration()) {
                    store.write(checkpoint(generation));
                }
            }
        }
    }

    private void assertLoads(long generation, long olderLowWater) throws IOException {
        try (CheckpointStore store = CheckpointStore.open(storage, FOLDER)) {
            assertThat(store.load().generation()).isEqualTo(generation);
            assertThat(store.load().lowWater()).isEqualTo(lowWater(generation));
            assertThat(store.olderLowWater()).isEqualTo(olderLowWater);
        }
    }

    private long generationIn(Path slot) throws IOException {
        return ByteBuffer.wrap(content(slot)).order(ByteOrder.LITTLE_ENDIAN).getLong(16);
    }

    private byte[] content(Path slot) throws IOException {
        return DiskContent.read(storage, slot);
    }

    /** A disk that often reads and writes less than it is asked for. */
    private static SimulatedDisk disk(long seed) {
        SimulatedDisk disk = new SimulatedDisk(seed);
        try {
            disk.createFolders(FOLDER);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        disk.shortTransfers(2);
        return disk;
    }

    /** Lets so many changes pass and every later one fail: a write by a part, a sync for good. */
    private static void failAfter(SimulatedDisk disk, int changesThatPass) {
        int[] left = {changesThatPass};
        disk.faults((call, path) -> CHANGES.contains(call) && left[0]-- <= 0);
    }

    private static void recover(SimulatedDisk disk) {
        disk.faults((call, path) -> false);
    }

    private static long lowWater(long generation) {
        return 1000 + generation;
    }

    private static Checkpoint checkpoint(long generation) {
        LogState state = new LogState(lowWater(generation), 1);
        return new Checkpoint(generation, new StreamId(1, 2), 1 << 20, 1000, 3, 4096, false, state);
    }
}
