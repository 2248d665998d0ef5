package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.wal.SimulatedDisk.Call;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The simulated disk loses what a real one may lose, and nothing else. */
class SimulatedDiskTest {
    private static final int RUNS = 200;
    private static final Path FOLDER = Path.of("folder");
    private static final Path FILE = FOLDER.resolve("a");

    private SimulatedDisk disk = newDisk();

    @Test
    void shouldKeepWhatWasSyncedWhenPowerIsCut() throws IOException {
        for (int run = 0; run < RUNS; run++) {
            disk = newDisk();
            StorageFile file = create(FILE);
            file.write(bytes("kept".repeat(3000)), 0);
            file.sync();
            disk.syncFolder(FOLDER);

            cutPower(run);

            assertThat(content(FILE)).isEqualTo("kept".repeat(3000));
        }
    }

    @Test
    void shouldLoseTearOrKeepPagesThatWereNotSynced() throws IOException {
        Set<String> firstPages = new HashSet<>();
        Set<String> wholes = new HashSet<>();
        for (int run = 0; run < RUNS; run++) {
            disk = newDisk();
            StorageFile file = create(FILE);
            file.write(bytes("o".repeat(8192)), 0);
            file.sync();
            disk.syncFolder(FOLDER);
            file.write(bytes("n".repeat(8192)), 0);

            cutPower(run);

            String content = sectors(content(FILE));
            firstPages.add(content.substring(0, 8));
            wholes.add(content.substring(7, 9));
        }
        assertThat(firstPages)
                .as("lost, kept, torn")
                .contains("oooooooo", "nnnnnnnn")
                .hasSizeGreaterThan(10);
        assertThat(wholes).as("a later page without the earlier one").contains("on", "no");
    }

    @Test
    void shouldLoseWhatWasPutIntoAMappedRangeUnlessItWasForced() throws IOException {
        Set<String> found = new HashSet<>();
        for (int run = 0; run < RUNS; run++) {
            disk = newDisk();
            StorageFile file = create(FILE);
            file.write(bytes("o".repeat(8192)), 0);
            file.sync();
            disk.syncFolder(FOLDER);
            StorageFile.MappedRegion region = file.map(0, 8192);
            region.buffer().put(0, (byte) 'f');
            region.force(0, 1);
            region.buffer().put(5000, (byte) 'l');
            if (run % 2 == 0) {
                region.close();
            }

            cutPower(run);

            String content = content(FILE);
            assertThat(content.charAt(0)).isEqualTo('f');
            found.add("" + content.charAt(5000));
        }
        assertThat(found).containsExactlyInAnyOrder("o", "l");
    }

    @Test
    void shouldKeepWhatWasPutIntoAMappedRangeWhenOnlyTheProcessDies() throws IOException {
        StorageFile file = create(FILE);
        file.write(bytes("o".repeat(8192)), 0);
        StorageFile.MappedRegion region = file.map(0, 8192);
        region.buffer().put(5000, (byte) 'k');

        disk.kill();
        region.buffer().put(5001, (byte) 'n');
        disk.revive();

        assertThat(content(FILE)).as("put by the living, not by the dead").contains("oko");
        disk.open(FILE, Storage.OpenMode.WRITE).sync();
        disk.syncFolder(FOLDER);
        cutPower(1);
        assertThat(content(FILE).charAt(5000)).isEqualTo('k');
    }

    @Test
    void shouldLoseNamesUntilTheirFolderIsSynced() throws IOException {
        Set<List<String>> found = new HashSet<>();
        for (int run = 0; run < RUNS; run++) {
            disk = newDisk();
            create(FILE).sync();
            disk.syncFolder(FOLDER);
            create(FOLDER.resolve("b")).sync();
            disk.rename(FILE, FOLDER.resolve("c"));

            cutPower(run);

            found.add(disk.list(FOLDER));
        }
        assertThat(found).containsExactlyInAnyOrder(List.of("a"), List.of("a", "b"), List.of("b", "c"), List.of("c"));
    }

    @Test
    void shouldBringBackWhatWasRemovedOrReplacedUntilTheFolderIsSynced() throws IOException {
        Set<String> found = new HashSet<>();
        for (int run = 0; run < RUNS; run++) {
            disk = newDisk();
            write(FILE, "old");
            write(FOLDER.resolve("b"), "new");
            disk.syncFolder(FOLDER);
            disk.rename(FOLDER.resolve("b"), FILE);

            cutPower(run);

            found.add(disk.list(FOLDER) + content(FILE));
        }
        assertThat(found).containsExactlyInAnyOrder("[a, b]old", "[a]new");
    }

    @Test
    void shouldNeverWriteWhatAFailedSyncLeftBehind() throws IOException {
        int lost = 0;
        for (int run = 0; run < RUNS; run++) {
            disk = newDisk(run);
            StorageFile file = create(FILE);
            file.write(bytes("old"), 0);
            file.sync();
            disk.syncFolder(FOLDER);
            file.write(bytes("new"), 0);
            disk.faults((call, path) -> call == Call.SYNC);
            assertThatThrownBy(file::sync).isInstanceOf(IOException.class).hasMessage("Input/output error");
            disk.faults((call, path) -> false);

            file.sync();

            assertThat(content(FILE)).as("the cache still has it").isEqualTo("new");
            if (run % 2 == 0) {
                disk.dropCache();
            } else {
                cutPower(run);
            }
            lost += content(FILE).equals("old") ? 1 : 0;
        }
        assertThat(lost).isBetween(1, RUNS - 1);
    }

    @Test
    void shouldWriteAPartWhenAWriteFails() throws IOException {
        Set<Long> sizes = new HashSet<>();
        for (int run = 0; run < 50; run++) {
            disk = newDisk(run);
            StorageFile file = create(FILE);
            disk.faults((call, path) -> call == Call.WRITE && path.equals(FILE));
            assertThatThrownBy(() -> file.write(bytes("0123456789"), 0)).hasMessage("Input/output error");
            sizes.add(file.size());
        }
        assertThat(sizes).contains(0L, 10L).hasSizeGreaterThan(5);
    }

    @Test
    void shouldFillTheDiskToTheLastByte() throws IOException {
        disk.capacity(6);
        StorageFile file = create(FILE);
        assertThatThrownBy(() -> file.write(bytes("0123456789"), 0)).isInstanceOf(DiskFullException.class);
        assertThat(content(FILE)).isEqualTo("012345");
        file.write(bytes("x"), 0);
        assertThat(content(FILE)).as("what is there can be replaced").isEqualTo("x12345");
    }

    @Test
    void shouldRotWithoutAWord() throws IOException {
        write(FILE, "a");
        disk.flip(FILE, 0, 1);
        assertThat(content(FILE)).isEqualTo("c");
    }

    @Test
    void shouldNotFindWhatWasCutOffWhenAFileGrowsAgain() throws IOException {
        for (int run = 0; run < RUNS; run++) {
            disk = newDisk();
            StorageFile file = create(FILE);
            file.write(bytes("o".repeat(10_000)), 0);
            file.sync();
            disk.syncFolder(FOLDER);
            file.truncate(100);
            file.write(bytes("n"), 9_999);
            file.sync();

            cutPower(run);

            assertThat(content(FILE)).isEqualTo("o".repeat(100) + "\0".repeat(9_899) + "n");
        }
    }

    @Test
    void shouldDoTheSameForTheSameSeed() throws IOException {
        assertThat(leftOf(7)).isEqualTo(leftOf(7)).isNotEqualTo(leftOf(8));
    }

    private String leftOf(long seed) throws IOException {
        disk = newDisk();
        StorageFile file = create(FILE);
        file.sync();
        disk.syncFolder(FOLDER);
        file.write(bytes("x".repeat(50_000)), 0);
        cutPower(seed);
        return content(FILE);
    }

    /** A letter for each sector, which must be of one letter. */
    private static String sectors(String content) {
        StringBuilder letters = new StringBuilder();
        for (int at = 0; at < content.length(); at += 512) {
            assertThat(content.substring(at, at + 512).chars().distinct().count())
                    .isEqualTo(1);
            letters.append(content.charAt(at));
        }
        return letters.toString();
    }

    private void cutPower(long seed) {
        disk.cutPower(new SplittableRandom(seed));
        disk.revive();
    }

    private StorageFile create(Path file) throws IOException {
        return disk.open(file, Storage.OpenMode.CREATE);
    }

    private void write(Path file, String text) throws IOException {
        StorageFile created = create(file);
        created.write(bytes(text), 0);
        created.sync();
    }

    private String content(Path file) throws IOException {
        return new String(DiskContent.read(disk, file), StandardCharsets.UTF_8);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static SimulatedDisk newDisk() {
        return newDisk(0);
    }

    private static SimulatedDisk newDisk(long seed) {
        SimulatedDisk disk = new SimulatedDisk(seed);
        try {
            disk.createFolders(FOLDER);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return disk;
    }
}
