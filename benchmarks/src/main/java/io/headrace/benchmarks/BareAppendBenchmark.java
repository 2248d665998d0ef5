package io.headrace.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What {@link LogAppendBenchmark} is to be compared with: groups of as many bytes, written in order to files that were
 * filled before, without frames, copies or checksums; an operation is a group.
 */
@State(Scope.Thread)
public class BareAppendBenchmark extends AbstractHeadraceBenchmark {
    private static final int FRAME_BYTES = 20_880;
    private static final int FILES = 8;
    private static final int FILE_BYTES = 64 << 20;
    private static final int FILL_BYTES = 1 << 20;

    @Param({"always", "never"})
    public String sync;

    /** Frames in a group: 20 KiB, 320 KiB. */
    @Param({"1", "16"})
    public int group;

    private final FileChannel[] files = new FileChannel[FILES];
    private BenchmarkFolder folder;
    private ByteBuffer content;
    private boolean syncs;
    private int file;
    private long position;
    private long groups;
    private long written;

    @Setup
    public void fill() throws IOException {
        syncs = sync.equals("always");
        folder = new BenchmarkFolder("bare-append");
        content = ByteBuffer.allocateDirect(FILL_BYTES);
        for (int i = 0; i < FILES; i++) {
            Path path = folder.path().resolve("file-" + i);
            files[i] = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            for (long at = 0; at < FILE_BYTES; at += FILL_BYTES) {
                write(files[i], at, FILL_BYTES);
            }
            files[i].force(true);
        }
        written = 0;
    }

    @Benchmark
    public long writeGroup() throws IOException {
        int length = group * FRAME_BYTES;
        if (position + length > FILE_BYTES) {
            file = (file + 1) % FILES;
            position = 0;
        }
        write(files[file], position, length);
        if (syncs) {
            files[file].force(false);
        }
        position += length;
        groups++;
        return written;
    }

    @TearDown(Level.Iteration)
    public void checkWork() {
        checkSome("groups", groups);
        check("bytes", written, groups * group * FRAME_BYTES);
    }

    @TearDown
    public void remove() throws IOException {
        for (FileChannel each : files) {
            check("bytes of a file", each.size(), FILE_BYTES);
            each.close();
        }
        folder.close();
    }

    private void write(FileChannel out, long at, int length) throws IOException {
        content.clear().limit(length);
        long to = at;
        while (content.hasRemaining()) {
            to += out.write(content, to);
        }
        written += length;
    }
}
