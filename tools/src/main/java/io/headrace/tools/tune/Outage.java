package io.headrace.tools.tune;

import io.headrace.frame.FrameLayout;
import java.time.Duration;
import java.util.Map;

/**
 * How long the next tier may be away while events come at a rate, and what it takes to bear that. Immutable.
 *
 * @param peak events a second
 * @param outage that is to be borne; null when none was named
 * @param events that the channel must hold: peak x seconds x 1.5
 * @param bytes that they take in the log
 * @param bytesPerEvent the same of one event, its share of its frame's header included
 * @param capacityKey the setting that bounds what the channel holds
 * @param capacity its value
 * @param usableBytes free space without what is to stay free
 */
record Outage(
        long peak,
        Duration outage,
        long events,
        long bytes,
        double bytesPerEvent,
        String capacityKey,
        long capacity,
        long usableBytes) {
    /** What came before the outage and what comes while it is made up for. */
    static final double RESERVE = 1.5;

    private static final int ALIGNMENT = 16;

    /** Works it out for events of {@code size} bytes in frames of {@code batch} events or {@code frameBytes} at most. */
    static Outage of(
            long peak,
            Duration outage,
            int size,
            long batch,
            long frameBytes,
            String capacityKey,
            long capacity,
            long usableBytes) {
        double events = outage == null ? 0 : Math.ceil(peak * (outage.toMillis() / 1e3) * RESERVE);
        long each = (long) size + FrameLayout.EVENT_PREFIX_LENGTH;
        long inFrame = Math.max(1, Math.min(batch, (frameBytes - FrameLayout.HEADER_LENGTH) / each));
        long frame = FrameLayout.HEADER_LENGTH + inFrame * each;
        double bytesPerEvent = (double) ((frame + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT) / inFrame;
        return new Outage(
                peak,
                outage,
                (long) events,
                (long) Math.ceil(events * bytesPerEvent),
                bytesPerEvent,
                capacityKey,
                capacity,
                Math.max(0, usableBytes));
    }

    /** Whether the setting bounds less than is needed. */
    boolean needsCapacity() {
        return events > capacity;
    }

    /** What the setting should be: what is needed, as far as the disk has room for it. */
    long capacityToHave() {
        return (long) Math.min(events, usableBytes / bytesPerEvent);
    }

    /** What is to be set of the channel, whose settings begin with {@code prefix}; nothing where that does not help. */
    Map<String, String> properties(String prefix) {
        return capacityToHave() > capacity ? Map.of(prefix + capacityKey, Long.toString(capacityToHave())) : Map.of();
    }

    /** Whether the disk has less room than is needed. */
    boolean needsDisk() {
        return bytes > usableBytes;
    }

    /** How long the disk lasts at the peak, with the same reserve. */
    Duration diskLasts() {
        return lasts(usableBytes / bytesPerEvent);
    }

    /** How long the setting lasts at the peak, with the same reserve. */
    Duration capacityLasts() {
        return lasts(capacity);
    }

    private Duration lasts(double heldEvents) {
        return Duration.ofSeconds((long) (heldEvents / RESERVE / peak));
    }
}
