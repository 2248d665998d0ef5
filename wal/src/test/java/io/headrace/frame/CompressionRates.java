package io.headrace.frame;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How much smaller frames of real lines get by level, and how fast: arguments are a folder of logs, milliseconds for each
 * figure, bytes of a frame, and levels. One thread. Bytes are those of plain events in all columns.
 */
public final class CompressionRates {
    private static final int ROUNDS = 5;

    private CompressionRates() {}

    public static void main(String[] args) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of(args[0]))) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        long nanos = Long.parseLong(args[1]) * 1_000_000;
        int frameBytes = Integer.parseInt(args[2]);
        System.out.println("file, frames, level: ratio, compress MB/s, inflate MB/s, read MB/s (plain MB/s)");
        for (Path file : files) {
            List<Frame> plain = frames(file, frameBytes);
            long walked = rate(nanos, plain, plain, CompressionRates::walk);
            for (String level : Arrays.asList(args).subList(3, args.length)) {
                FrameCompressor compressor = new FrameCompressor(Integer.parseInt(level));
                List<Frame> packed = new ArrayList<>();
                plain.forEach(frame -> packed.add(compressor.compress(frame, PooledByteBufAllocator.DEFAULT)));
                double ratio = (double) bytes(plain) / bytes(packed);
                long compress = rate(nanos, plain, plain, frame -> compressor
                        .compress(frame, PooledByteBufAllocator.DEFAULT)
                        .release());
                long inflate = rate(
                        nanos, packed, plain, frame -> FrameCompressor.inflate(frame, PooledByteBufAllocator.DEFAULT)
                                .release());
                long read = rate(nanos, packed, plain, CompressionRates::walk);
                System.out.println(String.format(
                        Locale.ROOT,
                        "%s, %d of %d, %s: %.1f, %d, %d, %d (%d)",
                        file.getFileName(),
                        plain.size(),
                        plain.get(0).length(),
                        level,
                        ratio,
                        compress,
                        inflate,
                        read,
                        walked));
                packed.forEach(Frame::release);
            }
            plain.forEach(Frame::release);
        }
    }

    private static final EventCursor CURSOR = new EventCursor();
    private static long sum;

    private static void walk(Frame frame) {
        CURSOR.wrap(frame);
        while (CURSOR.next()) {
            sum += CURSOR.bodyLength();
        }
    }

    private interface Work {
        void on(Frame frame);
    }

    /** The best of some rounds after one for the compiler, in MB of plain frames a second. */
    private static long rate(long nanos, List<Frame> frames, List<Frame> plain, Work work) {
        long best = 0;
        long bytes = bytes(plain);
        for (int round = 0; round <= ROUNDS; round++) {
            long begin = System.nanoTime();
            long done = 0;
            while (System.nanoTime() - begin < nanos / ROUNDS) {
                frames.forEach(work::on);
                done += bytes;
            }
            long rate = done * 1_000 / (System.nanoTime() - begin);
            best = round == 0 ? 0 : Math.max(best, rate);
        }
        if (sum == 42) {
            throw new AssertionError();
        }
        return best;
    }

    private static long bytes(List<Frame> frames) {
        return frames.stream().mapToLong(Frame::length).sum();
    }

    /** As a tailing source builds them. */
    private static List<Frame> frames(Path file, int frameBytes) throws IOException {
        ByteBuffer lines = ByteBuffer.wrap(Files.readAllBytes(file));
        List<Frame> frames = new ArrayList<>();
        FrameLimits limits = new FrameLimits(Integer.MAX_VALUE, frameBytes, FrameLayout.DEFAULT_MAX_EVENT_BYTES);
        Producer producer = new Producer(1);
        int at = 0;
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, limits)) {
            while (true) {
                builder.begin(Headers.of(Map.of("host", "web-1", "file", file.toString())));
                int next = builder.addLines(lines, at, lines.capacity());
                if (next == at) {
                    builder.discard();
                    return frames;
                }
                frames.add(builder.build(producer, 1));
                at = next;
            }
        }
    }
}
