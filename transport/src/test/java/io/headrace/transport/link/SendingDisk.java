package io.headrace.transport.link;

import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A simulated disk whose files can be sent from, as a real one's can: each time by a handle of its own. */
final class SendingDisk {
    private SendingDisk() {}

    static Storage over(SimulatedDisk disk) {
        return proxy(Storage.class, (proxy, method, arguments) -> {
            Object result = call(disk, method, arguments);
            return result instanceof StorageFile file ? sending(disk, file) : result;
        });
    }

    private static StorageFile sending(SimulatedDisk disk, StorageFile file) {
        return proxy(
                StorageFile.class,
                (proxy, method, arguments) -> method.getName().equals("openToSend")
                        ? new Handle(
                                disk.open((Path) arguments[0], Storage.OpenMode.READ), disk.pages((Path) arguments[0]))
                        : call(file, method, arguments));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object call(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Reads by positions, which is all that a sender does. */
    static final class Handle extends FileChannel {
        private final StorageFile file;
        private final SimulatedDisk.Pages pages;

        Handle(StorageFile file, SimulatedDisk.Pages pages) {
            this.file = file;
            this.pages = pages;
        }

        /** What the system sends from, whether the handle is closed or not. */
        SimulatedDisk.Pages pages() {
            return pages;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        /** Pages pass by unseen. */
        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            return count;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }

        @Override
        public int read(ByteBuffer into) {
            throw notForSending();
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) {
            throw notForSending();
        }

        @Override
        public int write(ByteBuffer from) {
            throw notForSending();
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) {
            throw notForSending();
        }

        @Override
        public int write(ByteBuffer from, long position) {
            throw notForSending();
        }

        @Override
        public long position() {
            throw notForSending();
        }

        @Override
        public FileChannel position(long newPosition) {
            throw notForSending();
        }

        @Override
        public FileChannel truncate(long size) {
            throw notForSending();
        }

        @Override
        public void force(boolean metaData) {
            throw notForSending();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw notForSending();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw notForSending();
        }

        @Override
        public FileLock lock(long position, long size, boolean isShared) {
            throw notForSending();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean isShared) {
            throw notForSending();
        }

        private static UnsupportedOperationException notForSending() {
            return new UnsupportedOperationException("a handle to send from");
        }
    }
}
