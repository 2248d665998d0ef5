package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SegmentTest {
    private final CountDownLatch syncing = new CountDownLatch(1);
    private final CountDownLatch maySync = new CountDownLatch(1);

    /** The journal asks after each group; the preparer's sync of a whole segment may take long. */
    @Test
    void shouldSayWhetherItIsSyncedWithoutWaitingForTheSync() throws Exception {
        Path path = Path.of("log", Segment.nameOf(1));
        SimulatedDisk disk = new SimulatedDisk();
        disk.createFolders(path.getParent());
        StorageFile file = disk.open(path, Storage.OpenMode.CREATE);
        file.write(ByteBuffer.allocate(8_192), 0);
        Segment segment =
                new Segment(path, slowToSync(file), new SegmentHeader(1, 7, new StreamId(1, 2), 1, 8_192, null));
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
