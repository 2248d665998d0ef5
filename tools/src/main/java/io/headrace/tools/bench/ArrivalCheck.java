package io.headrace.tools.bench;

import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * Verifies frames that come out: each producer's events without gap, repetition or change of order, the numbers in the
 * bodies the same as those of the frames, checksums computed over what came. Owned by one thread; the verdict is read when
 * that has ended.
 */
final class ArrivalCheck {
    private static final int MOST_TEXTS = 5;
    private static final int CHECKED_FROM = Integer.BYTES;

    private final ProducerIds ids;
    private final long[] next;
    private final EventCursor cursor = new EventCursor();
    private final CRC32C crc = new CRC32C();
    private final List<String> texts = new ArrayList<>();
    private long events;
    private long frames;
    private long checksums;
    private long faults;

    ArrivalCheck(ProducerIds ids) {
        this.ids = ids;
        this.next = new long[ids.count()];
    }

    /**
     * Verifies the next frame.
     *
     * @return when it was due, as {@link System#nanoTime()}
     */
    long verify(Frame frame) {
        frames++;
        events += frame.eventCount();
        checksums += frame.checksum();
        ByteBuffer bytes = frame.nioBuffer();
        crc.reset();
        crc.update(bytes.position(CHECKED_FROM));
        if ((int) crc.getValue() != frame.checksum()) {
            fault("checksum of " + frame + ": " + Integer.toHexString((int) crc.getValue()) + " (expected: "
                    + Integer.toHexString(frame.checksum()) + ")");
        }
        int producer = ids.indexOf(frame.producerId());
        long first = frame.firstEventNumber();
        if (producer < 0) {
            fault("a frame of producer " + Long.toHexString(frame.producerId()) + " (expected: one of this run)");
        } else {
            if (first != next[producer]) {
                fault("producer " + producer + ": event " + first + " came (expected: " + next[producer] + ")");
            }
            next[producer] = first + frame.eventCount();
        }
        cursor.wrap(frame);
        if (!cursor.next()) {
            fault(frame + " has no events");
            return System.nanoTime();
        }
        int body = cursor.bodyOffset();
        long number = cursor.buffer().getLong(body + FrameSource.NUMBER_AT, ByteOrder.LITTLE_ENDIAN);
        if (number != first) {
            fault("body of event " + first + " holds " + number);
        }
        return cursor.buffer().getLong(body + FrameSource.DUE_AT, ByteOrder.LITTLE_ENDIAN);
    }

    /** Where a producer goes on, for a check that begins in the middle. */
    void expect(int producer, long number) {
        next[producer] = number;
    }

    private void fault(String text) {
        faults++;
        if (texts.size() < MOST_TEXTS) {
            texts.add(text);
        }
    }

    long events() {
        return events;
    }

    long frames() {
        return frames;
    }

    /** Reports on everything that came, which is to be everything that was sent. */
    void report(Course.Sent sent, Course.Report report) {
        long lost = sent.events() - events;
        report.check(
                lost == 0,
                lost == 0
                        ? String.format(Locale.ROOT, "%,d events came out, none lost, none doubled", events)
                        : String.format(
                                Locale.ROOT,
                                "%,d events came out (expected: %,d, so many were put): %,d %s",
                                events,
                                sent.events(),
                                Math.abs(lost),
                                lost > 0 ? "lost" : "too many"));
        report.check(
                checksums == sent.checksums() && faults == 0,
                checksums == sent.checksums() && faults == 0
                        ? String.format(
                                Locale.ROOT, "order of each producer, checksums of %,d frames over their bytes", frames)
                        : String.format(
                                Locale.ROOT, "%,d faults in %,d frames%s", faults, frames, faults == 0 ? ", sum" : ""));
        report.faults().addAll(texts);
    }

    /** Reports on the faults alone. */
    void reportFaults(Course.Report report, String verified) {
        report.check(
                faults == 0,
                faults == 0 ? verified : String.format(Locale.ROOT, "%,d faults in %,d frames", faults, frames));
        report.faults().addAll(texts);
    }
}
