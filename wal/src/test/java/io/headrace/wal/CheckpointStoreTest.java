package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
    private static final Path FOLDER = Path.of("log");
    private static final Path A = FOLDER.resolve("checkpoint-a");
    private static final Path B = FOLDER.resolve("checkpoint-b");

    private static final int SEEDS = Integer.getInteger("headrace.checkpoint.seeds", 500);

    private final HeapStorage storage = new HeapStorage();

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
                byte[] other = storage.exists(generation % 2 == 1 ? B : A)
                        ? storage.content(generation % 2 == 1 ? B : A).clone()
                        : null;
                store.write(checkpoint(generation));
                assertThat(generationIn(generation % 2 == 1 ? A : B)).isEqualTo(generation);
                if (other != null) {
                    assertThat(storage.content(generation % 2 == 1 ? B : A)).isEqualTo(other);
                }
            }
        }
    }

    @Test
    void shouldUseTheOlderSlotWhenTheNewerIsGarbledAtAnyByteOrCutAnywhere() throws IOException {
        write(1, 2);
        byte[] good = storage.content(B).clone();
        int used = CheckpointSlot.HEADER_LENGTH
                + ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
        for (int at = 0; at < used; at++) {
            byte[] garbled = good.clone();
            garbled[at] ^= 0x40;
            storage.content(B, garbled);
            assertThat(CheckpointStore.read(storage, FOLDER).generation())
                    .as("byte %d", at)
                    .isEqualTo(1);
            storage.content(B, Arrays.copyOf(good, at));
            assertThat(CheckpointStore.read(storage, FOLDER).generation())
                    .as("cut at %d", at)
                    .isEqualTo(1);
        }
        storage.content(B, new byte[0]);
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
        HeapStorage disk = new HeapStorage();
        try (CheckpointStore store = CheckpointStore.open(disk, FOLDER)) {
            for (int generation = 1; generation < generations; generation++) {
                store.write(checkpoint(generation));
            }
        }
        boolean failed = false;
        disk.failAfter(passing);
        try (CheckpointStore store = CheckpointStore.open(disk, FOLDER)) {
            Checkpoint next = checkpoint(generations);
            if (large) {
                next.state().tokens().put("large", new byte[200_000]);
            }
            store.write(next);
        } catch (IOException e) {
            failed = true;
        }
        disk.recover();
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
            HeapStorage disk = new HeapStorage();
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
                    disk.failAfter(random.nextInt(30));
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
                    disk.recover();
                }
                if (random.nextBoolean()) {
                    disk.cutPower(random);
                } else if (random.nextBoolean()) {
                    failToOpen(disk, random.nextInt(6));
                }
            }
        }
    }

    private static void failToOpen(HeapStorage disk, int passing) throws IOException {
        disk.failAfter(passing);
        try (CheckpointStore store = CheckpointStore.open(disk, FOLDER)) {
            assertThat(store.nextGeneration()).isPositive();
        } catch (LogDamagedException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            assertThat(e).hasMessage("failed on purpose");
        }
        disk.recover();
    }

    @Test
    void shouldOpenAndWriteOnAFullDisk() throws IOException {
        MemoryStorage full = new MemoryStorage();
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
            storage.failAfter(1);
            assertThatThrownBy(() -> store.write(checkpoint(2))).isInstanceOf(IOException.class);
            assertThat(store.olderLowWater()).isZero();
            storage.recover();
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
        storage.content(A)[40] ^= 1;
        storage.content(B)[3] ^= 1;
        assertThatThrownBy(() -> CheckpointStore.open(storage, FOLDER))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining("checkpoint-a: body checksum")
                .hasMessageContaining("checkpoint-b: magic");
    }

    @Test
    void shouldRefuseAnUnknownVersionByNameEvenBesideAGoodSlot() throws IOException {
        write(1, 2);
        ByteBuffer slot = ByteBuffer.wrap(storage.content(B)).order(ByteOrder.LITTLE_ENDIAN);
        slot.putInt(8, 3);
        CRC32C crc = new CRC32C();
        crc.update(slot.array(), 0, 28);
        slot.putInt(28, (int) crc.getValue());
        assertThatThrownBy(() -> CheckpointStore.open(storage, FOLDER))
                .isInstanceOf(LogVersionException.class)
                .hasMessageContaining("checkpoint-b: checkpoint version: 3 (expected: 1 or 2)");
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
        assertThat(Integer.bitCount(storage.content(A).length)).isOne();
    }

    @Test
    void shouldKeepFilesOfOnePowerOfTwoFilledWithZeros() throws IOException {
        write(1, 2);
        assertThat(storage.content(A)).hasSize(64 * 1024);
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

    private long generationIn(Path slot) {
        return ByteBuffer.wrap(storage.content(slot))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(16);
    }

    private static long lowWater(long generation) {
        return 1000 + generation;
    }

    private static Checkpoint checkpoint(long generation) {
        LogState state = new LogState(lowWater(generation), 1);
        return new Checkpoint(generation, new StreamId(1, 2), 1 << 20, 1000, 3, 4096, false, state);
    }
}
