package io.headrace.wal;

import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** Builds frames and logs for tests; time stands still unless moved. */
final class LogFixture implements AutoCloseable {
    static final long SMALL_SEGMENT = 256 * 1024;
    static final int SMALL_FRAME = 64 * 1024;

    final AtomicLong nanos = new AtomicLong(1);
    /** By how much somebody set the clock on the wall. */
    final AtomicLong wallMillis = new AtomicLong();

    final FrameBuilder builder = new FrameBuilder(ByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
    final Producer producer = new Producer(77);
    final LogClocks clocks;

    LogFixture(long seed) {
        Random random = new Random(seed);
        clocks = new LogClocks(nanos::get, () -> nanos.get() / 1_000_000 + wallMillis.get(), random::nextLong);
    }

    static LogSettings settings(Path folder, LogSettings.Appender appender) {
        return new LogSettings(List.of(folder), folder, SMALL_SEGMENT, SMALL_FRAME, appender, 0);
    }

    /** A frame of one event with that text. */
    Frame frame(String text) {
        builder.begin(Headers.EMPTY);
        builder.add(text.getBytes(StandardCharsets.UTF_8));
        return builder.build(producer, 0);
    }

    /** A frame of one event of so many bytes. */
    Frame frame(int bytes) {
        builder.begin(Headers.EMPTY);
        builder.add(new byte[bytes]);
        return builder.build(producer, 0);
    }

    static String text(Frame frame) {
        EventCursor cursor = new EventCursor().wrap(frame);
        cursor.next();
        return new String(cursor.body(), StandardCharsets.UTF_8);
    }

    /** Appends and gives the frame back; waits for room by running the preparer. */
    void append(WriteAheadLog log, long sequence, Frame frame) throws IOException {
        append(log, sequence, 0, 0, frame);
    }

    void append(WriteAheadLog log, long sequence, int input, long position, Frame frame) throws IOException {
        int patience = 10_000;
        while (!log.append(sequence, input, position, frame)) {
            log.preparer().doWork();
            nanos.addAndGet(1_000_000);
            if (--patience == 0) {
                throw new IllegalStateException("no room: " + log.preparer().waitingFor());
            }
        }
        frame.release();
    }

    /** All entries from a sequence on, as {@code sequence:text}. */
    static List<String> readAll(WriteAheadLog log, long from) throws IOException {
        List<String> entries = new ArrayList<>();
        try (LogReader reader = log.newReader()) {
            reader.seek(from);
            for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                entries.add(reader.sequence() + ":" + text(frame));
                frame.release();
            }
        }
        return entries;
    }

    @Override
    public void close() {
        builder.close();
    }
}
