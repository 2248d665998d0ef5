package io.headrace.benchmarks;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.sink.roll.FileRollSettings;
import io.headrace.engine.sink.roll.FileRollSink;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.GroupingSink;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.collections.LongArrayList;

/**
 * A sink for {@code benchmarks/two-tier-latency}, which says what is measured: a {@code file_roll} that takes for each line
 * the time from when it was due, which its first 16 digits say in microseconds since the epoch (0: not counted), and from
 * the creation of its frame, until the sync that made it durable had returned. While nothing comes, what was taken so far
 * goes into the file that the system property {@code headrace.benchmarks.times} names, in one piece.
 */
public final class TimedRollSink implements GroupingSink {
    private static final int DIGITS = 16;
    private static final int TEN = 10;

    private final FileRollSink sink;
    private final Path report = Path.of(System.getProperty("headrace.benchmarks.times"));
    private final EventCursor cursor = new EventCursor();
    private final Histogram sinceDue = new Histogram(3);
    private final Histogram sinceCreated = new Histogram(3);

    /** Of the group under way: for each line when it was due, and when its frame was created. */
    private final LongArrayList due = new LongArrayList();

    private final LongArrayList created = new LongArrayList();
    private long lines;
    private long reported = -1;

    TimedRollSink(SinkContext context) {
        sink = new FileRollSink(context);
    }

    @Override
    public int maxBatchEvents() {
        return sink.maxBatchEvents();
    }

    @Override
    public long maxBatchBytes() {
        return sink.maxBatchBytes();
    }

    @Override
    public long maxGroupBytes() {
        return sink.maxGroupBytes();
    }

    @Override
    public void start() throws IOException {
        sink.start();
    }

    @Override
    public byte[] write(Lease lease, boolean first) throws IOException {
        if (first) {
            due.clear();
            created.clear();
        }
        byte[] token = sink.write(lease, first);
        for (int i = 0; i < lease.size(); i++) {
            Frame frame = lease.frame(i);
            cursor.wrap(frame);
            while (cursor.next()) {
                due.addLong(dueMicros());
                created.addLong(frame.createdMicros());
            }
        }
        return token;
    }

    @Override
    public void sync() throws IOException {
        sink.sync();
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        for (int i = 0; i < due.size(); i++) {
            if (due.getLong(i) > 0) {
                sinceDue.recordValue(nanos(now - due.getLong(i)));
                sinceCreated.recordValue(nanos(now - created.getLong(i)));
            }
        }
        lines += due.size();
    }

    @Override
    public void idle() throws IOException {
        sink.idle();
        if (lines != reported) {
            Path begun = report.resolveSibling(report.getFileName() + ".new");
            Files.writeString(
                    begun, "lines=" + lines + "\tdue=" + encode(sinceDue) + "\tcreated=" + encode(sinceCreated));
            Files.move(begun, report, StandardCopyOption.ATOMIC_MOVE);
            reported = lines;
        }
    }

    @Override
    public void stop() {
        sink.stop();
    }

    private long dueMicros() {
        long value = 0;
        for (int i = 0; i < DIGITS; i++) {
            value = value * TEN + (cursor.buffer().getByte(cursor.bodyOffset() + i) - '0');
        }
        return value;
    }

    private static long nanos(long micros) {
        return TimeUnit.MICROSECONDS.toNanos(Math.max(0, micros));
    }

    private static String encode(Histogram times) {
        ByteBuffer bytes = ByteBuffer.allocate(times.getNeededByteBufferCapacity());
        int length = times.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(bytes.array(), length));
    }

    /** Makes {@link TimedRollSink}; settings are those of {@code file_roll}. */
    public static final class Provider implements ComponentProvider.OfSink {
        @Override
        public String alias() {
            return "timed_roll_benchmark";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return FileRollSettings.class;
        }

        @Override
        public String summary() {
            return "file_roll that takes the time until lines are durable";
        }

        @Override
        public Sink create(SinkContext context) {
            return new TimedRollSink(context);
        }
    }
}
