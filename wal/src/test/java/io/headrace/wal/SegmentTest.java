package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
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
        Segment segment = new Segment(
                Path.of("segment"), new SlowFile(), new SegmentHeader(1, 7, new StreamId(1, 2), 1, 8_192, null));
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

    /** Syncs when it may. */
    private final class SlowFile implements StorageFile {
        @Override
        public void sync() throws IOException {
            syncing.countDown();
            try {
                maySync.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public int read(ByteBuffer into, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(ByteBuffer from, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(ByteBuffer[] from, int count, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedRegion map(long position, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            return 8_192;
        }

        @Override
        public void close() {}
    }
}
