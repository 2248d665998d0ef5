package io.headrace.engine.source.taildir;

import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Set;

/**
 * Paths that lead to a {@link SimulatedDisk}, for code that opens files through {@code java.nio.file}: what that does not
 * sync is lost when the disk's power is cut. Files are opened, read, written, synced and renamed; nothing else is here.
 */
final class SimulatedPaths {
    private final SimulatedDisk disk;
    private final FileSystem fileSystem = new Files();
    private final Provider provider = new Provider();

    SimulatedPaths(SimulatedDisk disk) {
        this.disk = disk;
    }

    /** An absolute path on the disk. */
    Path of(String path) {
        return wrapped(Path.of(path));
    }

    private Path wrapped(Path real) {
        return (Path) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, args) -> {
                    if (method.getName().equals("getFileSystem")) {
                        return fileSystem;
                    }
                    Object[] own = args == null ? new Object[0] : args.clone();
                    for (int i = 0; i < own.length; i++) {
                        own[i] = own[i] instanceof Path path ? real(path) : own[i];
                    }
                    try {
                        Object result = method.invoke(real, own);
                        return result instanceof Path path ? wrapped(path) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static Path real(Path path) {
        return Path.of(path.toString());
    }

    private final class Provider extends FileSystemProvider {
        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            Path file = real(path);
            if (!options.contains(StandardOpenOption.WRITE)) {
                if (!disk.exists(file)) {
                    throw new NoSuchFileException(file.toString());
                }
                // What is no file is a folder, which can only be synced.
                boolean isFile =
                        disk.list(file.getParent()).contains(file.getFileName().toString());
                return new OpenFile(file, isFile ? disk.open(file, Storage.OpenMode.READ) : null);
            }
            boolean isNew = !disk.exists(file);
            if (isNew && !options.contains(StandardOpenOption.CREATE)) {
                throw new NoSuchFileException(file.toString());
            }
            StorageFile opened = disk.open(file, isNew ? Storage.OpenMode.CREATE : Storage.OpenMode.WRITE);
            if (!isNew && options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
                opened.truncate(0);
            }
            return new OpenFile(file, opened);
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            return newFileChannel(path, options, attributes);
        }

        @Override
        public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
            if (disk.exists(real(folder))) {
                throw new FileAlreadyExistsException(folder.toString());
            }
            disk.createFolders(real(folder));
        }

        @Override
        public void move(Path from, Path to, CopyOption... options) throws IOException {
            disk.rename(real(from), real(to));
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            if (!disk.exists(real(path))) {
                throw new NoSuchFileException(path.toString());
            }
        }

        /** Only folders are ever asked for. */
        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            checkAccess(path);
            return type.cast(Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, args) -> method.getName().equals("isDirectory") ? Boolean.TRUE : unused()));
        }

        @Override
        public String getScheme() {
            return "simulated";
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
            return unused();
        }

        @Override
        public FileSystem getFileSystem(URI uri) {
            return unused();
        }

        @Override
        public Path getPath(URI uri) {
            return unused();
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter) {
            return unused();
        }

        @Override
        public void delete(Path path) {
            unused();
        }

        @Override
        public void copy(Path from, Path to, CopyOption... options) {
            unused();
        }

        @Override
        public boolean isSameFile(Path path, Path other) {
            return unused();
        }

        @Override
        public boolean isHidden(Path path) {
            return unused();
        }

        @Override
        public FileStore getFileStore(Path path) {
            return unused();
        }

        @Override
        public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
            return unused();
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) {
            return unused();
        }

        @Override
        public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
            unused();
        }
    }

    private static <T> T unused() {
        throw new UnsupportedOperationException("not of a simulated disk");
    }

    private final class Files extends FileSystem {
        @Override
        public FileSystemProvider provider() {
            return provider;
        }

        @Override
        public void close() {
            // There is nothing to give back.
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public String getSeparator() {
            return "/";
        }

        @Override
        public Iterable<Path> getRootDirectories() {
            return unused();
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            return unused();
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return unused();
        }

        @Override
        public Path getPath(String first, String... more) {
            return unused();
        }

        @Override
        public PathMatcher getPathMatcher(String pattern) {
            return unused();
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            return unused();
        }

        @Override
        public WatchService newWatchService() {
            return unused();
        }
    }

    /** A file, or a folder, which has no content. */
    private final class OpenFile extends FileChannel {
        private final Path path;
        private final StorageFile file;
        private long position;

        OpenFile(Path path, StorageFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            int count = file.read(into, position);
            position += Math.max(0, count);
            return count;
        }

        @Override
        public int read(ByteBuffer into, long from) throws IOException {
            return file.read(into, from);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            int count = from.remaining();
            file.write(from, position);
            position += count;
            return count;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public FileChannel position(long newPosition) {
            position = newPosition;
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void force(boolean metaData) throws IOException {
            if (file == null) {
                disk.syncFolder(path);
            } else {
                file.sync();
            }
        }

        @Override
        protected void implCloseChannel() throws IOException {
            if (file != null) {
                file.close();
            }
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) {
            return unused();
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) {
            return unused();
        }

        @Override
        public int write(ByteBuffer from, long to) {
            return unused();
        }

        @Override
        public FileChannel truncate(long size) {
            return unused();
        }

        @Override
        public long transferTo(long from, long count, WritableByteChannel target) {
            return unused();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long from, long count) {
            return unused();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long from, long size) {
            return unused();
        }

        @Override
        public FileLock lock(long from, long size, boolean shared) {
            return unused();
        }

        @Override
        public FileLock tryLock(long from, long size, boolean shared) {
            return unused();
        }
    }
}
