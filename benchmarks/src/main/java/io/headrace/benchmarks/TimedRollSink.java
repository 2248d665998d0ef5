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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;

/**
 * A sink for {@code benchmarks/two-tier-latency}, which says what is measured: a {@code file_roll} that takes for each line
 * the time from when it was due, and from the creation of its frame, until the sync that made it durable had returned, and the
 * parts of it. A line begins with 16 digits each for when it was due (0: not counted) and when it was written, in microseconds
 * since the epoch. After nothing came for a while, what was taken so far goes into the file that the system property {@code
 * headrace.benchmarks.times} names, in one piece.
 */
public final class TimedRollSink implements GroupingSink {
    private static final int DIGITS = 16;
    private static final int TEN = 10;
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Both times and what stands behind them. */
    private static final int STAMP_BYTES = 40;

    /** What is taken of each line, as the report names it. */
    private enum Part {
        /** From when it was due until it was durable. */
        DUE,
        /** From the creation of its frame until it was durable. */
        CREATED,
        /** From when it was due until it was handed to the file system: the writer was late. */
        LATE,
        /** From then until the creation of its frame, below 0 counting as 0. */
        FOUND,
        /** From the creation of its frame until this sink got it: both logs and the link. */
        CARRIED,
        /** From then until it was durable. */
        OUTPUT
    }

    private static final Part[] PARTS = Part.values();

    /** The longest ones of the lines that were due in a second, in microseconds. */
    private record Second(long epochSecond, long[] longest) {}

    private final FileRollSink sink;
    private final Path report = Path.of(System.getProperty("headrace.benchmarks.times"));
    private final EventCursor cursor = new EventCursor();
    private final Map<Part, Histogram> times = new EnumMap<>(Part.class);
    private final List<Second> seconds = new ArrayList<>();

    /**
     * Of the group under way: five for lines next to each other that have all of them in common, which is looked at without
     * reading their digits each time: when they were due and written, their frame created, and got here, and their number.
     */
    private final LongArrayList stamps = new LongArrayList();

    private long lines;
    private long reported = -1;
    private long syncedNanos = System.nanoTime();

    TimedRollSink(SinkContext context) {
        sink = new FileRollSink(context);
        for (Part part : PARTS) {
            times.put(part, new Histogram(3));
        }
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
            stamps.clear();
        }
        long now = nowMicros();
        byte[] token = sink.write(lease, first);
        for (int i = 0; i < lease.size(); i++) {
            Frame frame = lease.frame(i);
            cursor.wrap(frame);
            DirectBuffer buffer = cursor.buffer();
            int like = -1;
            while (cursor.next()) {
                int at = cursor.bodyOffset();
                if (like < 0 || !haveSameStamps(buffer, like, at)) {
                    like = at;
                    stamps.addLong(digits(buffer, at));
                    stamps.addLong(digits(buffer, at + DIGITS + 1));
                    stamps.addLong(frame.createdMicros());
                    stamps.addLong(now);
                    stamps.addLong(0);
                }
                int count = stamps.size() - 1;
                stamps.setLong(count, stamps.getLong(count) + 1);
            }
        }
        return token;
    }

    @Override
    public void sync() throws IOException {
        sink.sync();
        long now = nowMicros();
        syncedNanos = System.nanoTime();
        for (int i = 0; i < stamps.size(); ) {
            long due = stamps.getLong(i++);
            long written = stamps.getLong(i++);
            long created = stamps.getLong(i++);
            long got = stamps.getLong(i++);
            long count = stamps.getLong(i++);
            lines += count;
            if (due > 0) {
                long[] longest = second(due / TimeUnit.SECONDS.toMicros(1)).longest;
                record(Part.DUE, count, now - due, longest);
                record(Part.CREATED, count, now - created, longest);
                record(Part.LATE, count, written - due, longest);
                record(Part.FOUND, count, created - written, longest);
                record(Part.CARRIED, count, got - created, longest);
                record(Part.OUTPUT, count, now - got, longest);
            }
        }
        stamps.clear();
    }

    /** Lines come in the order of their times. */
    private Second second(long epochSecond) {
        if (seconds.isEmpty() || seconds.get(seconds.size() - 1).epochSecond != epochSecond) {
            seconds.add(new Second(epochSecond, new long[PARTS.length]));
        }
        return seconds.get(seconds.size() - 1);
    }

    private void record(Part part, long count, long micros, long[] longest) {
        long time = Math.max(0, micros);
        times.get(part).recordValueWithCount(TimeUnit.MICROSECONDS.toNanos(time), count);
        longest[part.ordinal()] = Math.max(longest[part.ordinal()], time);
    }

    @Override
    public void idle() throws IOException {
        sink.idle();
        // Called between frames, too, where a report would cost more than what is measured.
        if (lines != reported && System.nanoTime() - syncedNanos >= REST_NANOS) {
            StringBuilder text = new StringBuilder("lines=" + lines);
            times.forEach((part, histogram) ->
                    text.append('\t').append(name(part)).append('=').append(encode(histogram)));
            text.append("\tseconds=").append(seconds.stream().map(this::line).collect(Collectors.joining(";")));
            Path begun = report.resolveSibling(report.getFileName() + ".new");
            Files.writeString(begun, text);
            Files.move(begun, report, StandardCopyOption.ATOMIC_MOVE);
            reported = lines;
        }
    }

    private static String name(Part part) {
        return part.name().toLowerCase(Locale.ROOT);
    }

    private String line(Second second) {
        return second.epochSecond + " "
                + Arrays.stream(PARTS)
                        .map(part -> Long.toString(second.longest[part.ordinal()]))
                        .collect(Collectors.joining(" "));
    }

    @Override
    public void stop() {
        sink.stop();
    }

    private static boolean haveSameStamps(DirectBuffer buffer, int one, int other) {
        boolean same = true;
        for (int i = 0; i < STAMP_BYTES; i += Long.BYTES) {
            same &= buffer.getLong(one + i) == buffer.getLong(other + i);
        }
        return same;
    }

    private static long digits(DirectBuffer buffer, int at) {
        long value = 0;
        for (int i = 0; i < DIGITS; i++) {
            value = value * TEN + (buffer.getByte(at + i) - '0');
        }
        return value;
    }

    private static long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    private static String encode(Histogram times) {
        ByteBuffer bytes = ByteBuffer.allocate(times.getNeededByteBufferCapacity());
        int length = times.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
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
