package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SegmentTest {
    private static final Path PATH = Path.of("log", Segment.nameOf(1));

    private final SimulatedDisk disk = new SimulatedDisk();
    private final CountDownLatch syncing = new CountDownLatch(1);
    private final CountDownLatch maySync = new CountDownLatch(1);

    /** The journal asks after each group; the preparer's sync of a whole segment may take long. */
    @Test
    void shouldSayWhetherItIsSyncedWithoutWaitingForTheSync() throws Exception {
        Segment segment = segment(slowToSync(file()));
        Thread preparer = new Thread(() -> {
            try {
                segment.syncLeft();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        preparer.start();
        syncing.await();
        try {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10), () -> assertThat(segment.isSynced()).isFalse());
        } finally {
            maySync.countDown();
        }
        preparer.join();
        assertThat(segment.isSynced()).isTrue();
    }

    /** A second sync would report success for what the first one lost. */
    @Test
    void shouldFailEverySyncBehindOneThatFailed() throws IOException {
        Segment segment = segment(file());
        segment.leave(false);
        disk.faults((call, path) -> call == SimulatedDisk.Call.SYNC);
        assertThatIOException().isThrownBy(segment::syncLeft);
        disk.faults((call, path) -> false);
        assertThatIOException().isThrownBy(segment::syncLeft).withMessageContaining("sync failed before");
        assertThat(segment.isSynced()).isFalse();
    }

    private StorageFile file() throws IOException {
        disk.createFolders(PATH.getParent());
        StorageFile file = disk.open(PATH, Storage.OpenMode.CREATE);
        file.write(ByteBuffer.allocate(8_192), 0);
        return file;
    }

    private static Segment segment(StorageFile file) {
        return new Segment(PATH, file, new SegmentHeader(1, 7, new StreamId(1, 2), 1, 8_192, null));
    }

    /** A file that syncs when it may. */
    private StorageFile slowToSync(StorageFile file) {
        return (StorageFile) Proxy.newProxyInstance(
                StorageFile.class.getClassLoader(), new Class<?>[] {StorageFile.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("sync")) {
                        syncing.countDown();
                        maySync.await();
                    }
                    return method.invoke(file, arguments);
                });
    }
}
