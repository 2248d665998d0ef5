package io.headrace.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Files in memory whose content is lost in a power cut where it was not synced; names survive. Can fail every sync. The
 * full simulation of a disk is another matter: this serves single rules.
 */
final class LosingStorage implements Storage {
    final MemoryStorage memory = new MemoryStorage();
    boolean failSyncs;

    private final Map<String, byte[]> durable = new HashMap<>();

    /** Ends the process and the power: what was not synced is as it was at the last sync. */
    void cutPower(Path folder) throws IOException {
        memory.kill();
        memory.revive();
        for (String name : memory.list(folder)) {
            Path path = folder.resolve(name);
            byte[] kept = durable.getOrDefault(memory.identityOf(path), new byte[0]);
            try (StorageFile file = memory.open(path, OpenMode.WRITE)) {
                file.truncate(0);
                file.write(ByteBuffer.wrap(kept), 0);
            }
        }
    }

    @Override
    public StorageFile open(Path file, OpenMode mode) throws IOException {
        StorageFile opened = memory.open(file, mode);
        return new LosingFile(opened, memory.identityOf(file));
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return memory.exists(path);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        memory.createFolders(folder);
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        return memory.list(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        memory.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        memory.delete(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        memory.syncFolder(folder);
    }

    @Override
    public long usableSpace(Path folder) throws IOException {
        return memory.usableSpace(folder);
    }

    @Override
    public String identityOf(Path file) throws IOException {
        return memory.identityOf(file);
    }

    @Override
    public String fileSystemOf(Path folder) {
        return memory.fileSystemOf(folder);
    }

    @Override
    public FolderLock lock(Path folder) throws IOException {
        return memory.lock(folder);
    }

    @Override
    public String machineId() {
        return memory.machineId();
    }

    private final class LosingFile implements StorageFile {
        private final StorageFile file;
        private final String identity;

        private LosingFile(StorageFile file, String identity) {
            this.file = file;
            this.identity = identity;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            file.write(from, position);
        }

        @Override
        public void write(ByteBuffer[] from, int count, long position) throws IOException {
            file.write(from, count, position);
        }

        @Override
        public void sync() throws IOException {
            if (failSyncs) {
                throw new IOException("Input/output error");
            }
            file.sync();
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            file.read(content, 0);
            durable.put(identity, content.array());
        }

        @Override
        public MappedRegion map(long position, int length) throws IOException {
            MappedRegion region = file.map(position, length);
            return new MappedRegion() {
                @Override
                public ByteBuffer buffer() {
                    return region.buffer();
                }

                @Override
                public void force(int offset, int forced) throws IOException {
                    sync();
                }

                @Override
                public void close() {
                    region.close();
                }
            };
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
