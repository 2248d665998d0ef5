package io.headrace.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rates of one core, printed: a look, not a benchmark. Bodies of 128 bytes, frames of 192 KiB. */
@Tag("slow")
class FrameRatesTest {
    private static final int LINE = 128;
    private static final int LINES = 32 * 1024;
    private static final int ROUNDS = 15;

    private final ByteBuffer text = ByteBuffer.allocateDirect(LINES * LINE);
    private final FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT);
    private final Producer producer = new Producer(1);
    private final EventCursor cursor = new EventCursor();
    private long sink;

    FrameRatesTest() {
        byte[] line = new byte[LINE];
        for (int i = 0; i < LINES; i++) {
            Arrays.fill(line, (byte) ('a' + i % 26));
            line[LINE - 1] = '\n';
            text.put(i * LINE, line);
        }
    }

    @Test
    void shouldPrintRates() {
        double add = best(() -> {
            builder.begin(Headers.EMPTY);
            for (int at = 0; at < LINES * LINE; at += LINE) {
                if (!builder.add(text, at, LINE - 1)) {
                    builder.build(producer, 0).release();
                    builder.begin(Headers.EMPTY);
                    builder.add(text, at, LINE - 1);
                }
            }
            builder.build(producer, 0).release();
        });
        print("add(ByteBuffer), build, release", add);
        double lines = best(() -> {
            int at = 0;
            while (at < LINES * LINE) {
                builder.begin(Headers.EMPTY);
                at = builder.addLines(text, at, LINES * LINE);
                builder.build(producer, 0).release();
            }
        });
        print("addLines, build, release", lines);
        Frame frame = fullFrame();
        int frames = LINES / frame.eventCount();
        double walk = best(() -> {
            for (int i = 0; i < frames; i++) {
                cursor.wrap(frame);
                while (cursor.next()) {
                    sink += cursor.bodyLength();
                }
            }
        });
        print("cursor.next", walk);
        ByteBuffer out = ByteBuffer.allocateDirect(1 << 20);
        byte[] suffix = {'\n'};
        print("cursor.copyBodies", best(() -> {
            for (int i = 0; i < frames; i++) {
                cursor.wrap(frame);
                sink += cursor.copyBodies(out.clear(), suffix);
            }
        }));
        print("next, copyBody, put", best(() -> {
            for (int i = 0; i < frames; i++) {
                out.clear();
                cursor.wrap(frame);
                while (cursor.next()) {
                    cursor.copyBody(out);
                    out.put(suffix);
                }
            }
        }));
        FrameDecoder decoder = new FrameDecoder(1 << 20);
        print("decodeUntrusted", best(() -> {
            for (int i = 0; i < frames; i++) {
                ByteBuf bytes = frame.retainedBuf();
                decoder.decodeUntrusted(bytes, 0).release();
            }
        }));
        CRC32C crc = new CRC32C();
        ByteBuffer bytes = frame.nioBuffer();
        double checksum = best(() -> {
            for (int i = 0; i < frames; i++) {
                crc.reset();
                crc.update(bytes.rewind());
                sink += crc.getValue();
            }
        });
        print("CRC32C", checksum);
        frame.release();
        builder.close();
        assertThat(lines).as("lines/s").isGreaterThan(2e6);
        assertThat(sink).isNotZero();
    }

    private Frame fullFrame() {
        builder.begin(Headers.EMPTY);
        builder.addLines(text, 0, LINES * LINE);
        return builder.build(producer, 0);
    }

    private static double best(Runnable work) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            for (int round = 0; round < 4; round++) {
                work.run();
            }
            best = Math.min(best, System.nanoTime() - begin);
        }
        return 4.0 * LINES * 1e9 / best;
    }

    private static void print(String what, double eventsPerSecond) {
        System.out.printf(
                "%-32s %7.1f M events/s %6.2f GB/s%n", what, eventsPerSecond / 1e6, eventsPerSecond * LINE / 1e9);
    }
}
