package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Storage} does. */
abstract class StorageContract {
    private Storage storage;
    private Path folder;

    abstract Storage create();

    abstract Path root();

    @BeforeEach
    void makeFolder() throws IOException {
        storage = create();
        folder = root().resolve("some").resolve("folder");
        storage.createFolders(folder);
    }

    @Test
    void shouldReadWhatWasWrittenAtAnyPlace() throws IOException {
        try (StorageFile file = storage.open(folder.resolve("a"), Storage.OpenMode.CREATE)) {
            file.write(bytes("0123456789"), 0);
            file.write(bytes("abc"), 4);
            file.sync();
            assertThat(file.size()).isEqualTo(10);
            assertThat(read(file, 2, 7)).isEqualTo("23abc78");
            assertThat(read(file, 8, 10)).isEqualTo("89");
            assertThat(file.read(ByteBuffer.allocate(1), 10)).isEqualTo(-1);
        }
    }

    @Test
    void shouldGatherBuffersOneAfterTheOther() throws IOException {
        try (StorageFile file = storage.open(folder.resolve("a"), Storage.OpenMode.CREATE)) {
            file.write(bytes("..................."), 0);
            ByteBuffer[] parts = {bytes("one"), bytes(""), bytes("two"), bytes("three"), bytes("not this")};
            file.write(parts, 4, 3);
            assertThat(read(file, 0, 19)).isEqualTo("...onetwothree.....");
            assertThat(parts[3].hasRemaining()).isFalse();
            assertThat(parts[4].remaining()).isEqualTo(8);
        }
    }

    @Test
    void shouldShowWhatIsStoredInAMappedRangeAndTheOtherWayRound() throws IOException {
        try (StorageFile file = storage.open(folder.resolve("a"), Storage.OpenMode.CREATE)) {
            file.write(ByteBuffer.allocate(3 * 4096), 0);
            try (StorageFile.MappedRegion region = file.map(4096, 4096)) {
                region.buffer().put(1, (byte) 'x');
                region.force(0, 4096);
                file.write(bytes("y"), 4098);
                assertThat(read(file, 4097, 2)).isEqualTo("xy");
                assertThat(region.buffer().get(2)).isEqualTo((byte) 'y');
                region.buffer().putInt(8, 1);
                assertThat(region.buffer().get(8)).as("little-endian").isEqualTo((byte) 1);
            }
            assertThatIOException().isThrownBy(() -> file.map(2 * 4096, 4097));
        }
    }

    @Test
    void shouldOpenAsAsked() throws IOException {
        Path file = folder.resolve("a");
        assertThatIOException().isThrownBy(() -> storage.open(file, Storage.OpenMode.WRITE));
        assertThatIOException().isThrownBy(() -> storage.open(file, Storage.OpenMode.READ));
        storage.open(file, Storage.OpenMode.CREATE).close();
        assertThatIOException().isThrownBy(() -> storage.open(file, Storage.OpenMode.CREATE));
        assertThatIOException()
                .isThrownBy(() -> storage.open(folder.resolve("no").resolve("folder"), Storage.OpenMode.CREATE));
        storage.open(file, Storage.OpenMode.WRITE).close();
        storage.open(file, Storage.OpenMode.READ).close();
    }

    @Test
    void shouldKeepAFileOpenWhileItIsRenamed() throws IOException {
        try (StorageFile file = storage.open(folder.resolve("a"), Storage.OpenMode.CREATE)) {
            storage.open(folder.resolve("b"), Storage.OpenMode.CREATE).close();
            String identity = storage.identityOf(folder.resolve("a"));
            storage.rename(folder.resolve("a"), folder.resolve("b"));
            storage.syncFolder(folder);
            file.write(bytes("late"), 0);
            assertThat(storage.identityOf(folder.resolve("b"))).isEqualTo(identity);
        }
        assertThat(storage.list(folder)).containsExactly("b");
        try (StorageFile file = storage.open(folder.resolve("b"), Storage.OpenMode.READ)) {
            assertThat(read(file, 0, 4)).isEqualTo("late");
        }
        storage.delete(folder.resolve("b"));
        assertThat(storage.list(folder)).isEmpty();
        assertThat(storage.exists(folder.resolve("b"))).isFalse();
        assertThat(storage.exists(folder)).isTrue();
    }

    @Test
    void shouldShortenAFile() throws IOException {
        try (StorageFile file = storage.open(folder.resolve("a"), Storage.OpenMode.CREATE)) {
            file.write(bytes("0123456789"), 0);
            file.truncate(4);
            assertThat(file.size()).isEqualTo(4);
            file.write(bytes("x"), 6);
            assertThat(read(file, 0, 7)).isEqualTo("0123\0\0x");
        }
    }

    @Test
    void shouldLockAFolderOnceAndNameTheHolder() throws IOException {
        Storage.FolderLock lock = storage.lock(folder);
        assertThatIOException()
                .isThrownBy(() -> storage.lock(folder))
                .withMessageContaining("locked by this process")
                .withMessageContaining(folder.toString());
        lock.close();
        storage.lock(folder).close();
        lock.close();
    }

    @Test
    void shouldListNothingWhereThereIsNoFolder() throws IOException {
        assertThat(storage.list(folder.resolve("none"))).isEmpty();
        assertThat(storage.usableSpace(folder)).isPositive();
        assertThat(storage.fileSystemOf(folder)).isNotEmpty();
    }

    static ByteBuffer bytes(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(encoded.length).put(encoded).flip();
    }

    private static String read(StorageFile file, long position, int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        file.read(into, position);
        return new String(into.array(), 0, into.position(), StandardCharsets.UTF_8);
    }
}
