package io.headrace.tools;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameCompressor;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.wal.FileStorage;
import io.headrace.wal.LogClocks;
import io.headrace.wal.LogSettings;
import io.headrace.wal.WriteAheadLog;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes a log as a channel does: one event a frame, small segments. */
final class LogMaker implements AutoCloseable {
    private static final int FRAME_BYTES = 64 * 1024;
    private static final int SEGMENT_BYTES = 256 * 1024;

    private final FrameBuilder builder = new FrameBuilder(ByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
    private FrameCompressor compressor;
    private final Producer producer = new Producer(7);
    private final WriteAheadLog log;
    private long next;

    LogMaker(Path... folders) throws IOException {
        log = WriteAheadLog.open(
                new LogSettings(List.of(folders), null, SEGMENT_BYTES, FRAME_BYTES, LogSettings.Appender.POSITIONAL, 0),
                new FileStorage(),
                LogClocks.system());
        next = log.nextSequence();
    }

    /** From now on frames are compressed. */
    LogMaker compressing() {
        compressor = new FrameCompressor(1);
        return this;
    }

    WriteAheadLog log() {
        return log;
    }

    /** Appends an event; returns its sequence. */
    long append(byte[] body, Map<String, String> headers) throws IOException {
        builder.begin(Headers.of(headers));
        builder.add(body);
        Frame frame = builder.build(producer, System.currentTimeMillis() * 1000);
        if (compressor != null) {
            Frame plain = frame;
            frame = compressor.compress(plain, ByteBufAllocator.DEFAULT);
            plain.release();
        }
        while (!log.append(next, 0, 0, frame)) {
            log.preparer().doWork();
        }
        frame.release();
        log.write();
        return next++;
    }

    LogMaker append(int events, int bytes) throws IOException {
        for (int i = 0; i < events; i++) {
            append((next + ":" + "x".repeat(bytes)).getBytes(StandardCharsets.UTF_8), Map.of("host", "h" + next % 2));
        }
        return this;
    }

    /** Makes everything durable and writes a checkpoint that counts it. */
    LogMaker checkpoint(long committed) throws IOException {
        log.sync();
        log.state().accepted(log.durable());
        log.state().delivered(committed);
        log.state().committed().advanceTo(committed);
        log.checkpoint();
        return this;
    }

    /** Stops in order. */
    void stop() throws IOException {
        log.sync();
        log.state().accepted(log.durable());
        log.checkpointAndStop(next - 1);
        close();
    }

    @Override
    public void close() throws IOException {
        log.close();
        builder.close();
    }
}
