package io.headrace.benchmarks;

import io.headrace.frame.Frame;
import io.headrace.wal.LogReader;
import io.headrace.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Reading a backlog of 512 MiB in the page cache, over and over, every checksum verified, beside reading and
 * checksumming the same segments by positional reads of 256 KiB; an operation is a frame of 100 events of 200 bytes, or as
 * many bytes.
 */
@State(Scope.Thread)
public class LogReadBenchmark extends AbstractHeadraceBenchmark {
    private static final long BACKLOG_BYTES = 512L << 20;
    private static final int FRAMES = 64;
    private static final int READ_BYTES = 256 * 1024;

    private BenchmarkFolder folder;
    private BacklogLog backlog;
    private WriteAheadLog log;
    private LogReader reader;
    private final List<FileChannel> segments = new ArrayList<>();
    private final CRC32C crc = new CRC32C();
    private ByteBuffer block;
    private int segment;
    private long position;
    private long frames;
    private long matches;
    private long bareBytes;

    @Setup
    public void fill() throws IOException {
        folder = new BenchmarkFolder("log-read");
        backlog = new BacklogLog(folder.path());
        log = backlog.open();
        DutyThread preparer = DutyThread.start(log.preparer());
        try {
            backlog.fill(log, BACKLOG_BYTES);
        } finally {
            preparer.close();
        }
        reader = log.newReader();
        reader.seek(1);
        block = ByteBuffer.allocateDirect(READ_BYTES);
        try (var found = Files.newDirectoryStream(folder.path(), "[0-9a-f]*.wal")) {
            for (Path path : found) {
                segments.add(FileChannel.open(path, StandardOpenOption.READ));
            }
        }
    }

    @Setup(Level.Iteration)
    public void reset() {
        frames = 0;
        matches = 0;
        bareBytes = 0;
    }

    /** As sinks get it. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long readFrames() throws IOException {
        for (int i = 0; i < FRAMES; i++) {
            Frame frame = reader.next();
            if (frame == null) {
                check("last sequence read", reader.sequence(), log.written());
                reader.seek(1);
                frame = reader.next();
            }
            matches += frame.checksum() == backlog.checksum(reader.sequence()) ? 1 : 0;
            frame.release();
            frames++;
        }
        return matches;
    }

    /** The same bytes without frames. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long bareRead() throws IOException {
        long end = bareBytes + (long) FRAMES * backlog.frameBytes();
        while (bareBytes < end) {
            int read = segments.get(segment).read(block.clear(), position);
            if (read <= 0) {
                segment = (segment + 1) % segments.size();
                position = 0;
                continue;
            }
            position += read;
            bareBytes += read;
            crc.update(block.flip());
        }
        frames += FRAMES;
        matches += FRAMES;
        return crc.getValue();
    }

    @TearDown(Level.Iteration)
    public void checkWork() {
        checkSome("frames", frames);
        check("checksums that agree", matches, frames);
    }

    @TearDown
    public void close() throws IOException {
        for (FileChannel each : segments) {
            each.close();
        }
        reader.close();
        log.close();
        backlog.release();
        folder.close();
    }
}
