package io.headrace.engine.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Adds up the memory outside the heap that the parts of an agent may take, and shares what is left among those whose bound
 * nobody wrote: each gets its default, or as much as the others that get less (max-min fair). Arithmetic only; immutable.
 *
 * <p>Shared out are four fifths of the limit, without the pool of frames that are built, what parts take besides, and one
 * largest event. The last fifth is for chunks of Netty's allocators, buffers that are read into and blocks of which a frame
 * is only a part: they were measured to add a quarter to what is charged.
 */
final class MemoryPlan {
    /** What a part gets in any case: a few frames of the largest size. */
    static final long LEAST_BYTES = 4L * 1024 * 1024;

    /** A larger bound counts as so much, which no process has either, so that sums stay numbers. */
    private static final long MOST_COUNTED_BYTES = 1L << 50;

    private static final int USABLE_FIFTHS = 4;
    private static final double MIB = 1024 * 1024;

    /**
     * A part.
     *
     * @param key in full
     * @param written whether somebody wrote the bound
     */
    record Part(String key, boolean written, FrameMemory.Bound bound) {
        /** Whether the bound is a number that somebody wrote. */
        boolean isFixed() {
            return written && bound.bytes() > 0;
        }

        private long wanted() {
            return bound.bytes() == 0 ? Long.MAX_VALUE : bound.bytes();
        }

        private long least() {
            return Math.min(LEAST_BYTES, wanted());
        }
    }

    private final List<Part> parts;
    private final long limit;
    private final long pool;
    private final long beside;
    private final long largest;

    /** Bytes for all bounds together; negative when there is not even room for what is taken besides. */
    private final long room;

    private final Map<String, Long> bounds = new HashMap<>();

    /**
     * @param parts of one agent
     * @param limit bytes that the process may take outside the heap
     * @param pool of them kept for frames that are built
     */
    MemoryPlan(List<Part> parts, long limit, long pool) {
        this.parts = List.copyOf(parts);
        this.limit = limit;
        this.pool = pool;
        beside = parts.stream().mapToLong(part -> part.bound().besideBytes()).sum();
        largest = parts.stream()
                .mapToLong(part -> part.bound().largestBytes())
                .max()
                .orElse(0);
        room = limit / 5 * USABLE_FIFTHS - pool - beside - largest;
        share();
    }

    private void share() {
        long left = room;
        List<Part> open = new ArrayList<>();
        for (Part part : parts) {
            if (part.isFixed()) {
                bounds.put(part.key(), part.bound().bytes());
                left -= counted(part);
            } else {
                open.add(part);
            }
        }
        open.sort((one, other) -> Long.compare(one.wanted(), other.wanted()));
        for (int i = 0; i < open.size(); i++) {
            Part part = open.get(i);
            long share = left / (open.size() - i);
            long gets = Math.max(part.least(), Math.min(part.wanted(), share));
            bounds.put(part.key(), gets);
            left -= gets;
        }
    }

    private long counted(Part part) {
        return Math.min(MOST_COUNTED_BYTES, bound(part));
    }

    /** What a part may take. */
    long bound(Part part) {
        return bounds.get(part.key());
    }

    /** Parts whose bound nobody wrote and which get less than by default. */
    List<Part> lowered() {
        return parts.stream()
                .filter(part -> !part.written() && bound(part) < part.wanted())
                .toList();
    }

    /** Parts without a bound, which get what is left. */
    List<Part> unbounded() {
        return parts.stream().filter(part -> part.bound().bytes() == 0).toList();
    }

    /** Whether all of it is within the limit. */
    boolean fits() {
        return parts.stream().mapToLong(this::counted).sum() <= room;
    }

    /** Whether smaller numbers where somebody wrote them would make it fit. */
    boolean couldFit() {
        return parts.stream().mapToLong(Part::least).sum() <= room;
    }

    /** What the limit goes to, in MiB. */
    String figures() {
        StringBuilder text = new StringBuilder("MiB: ");
        parts.forEach(part ->
                text.append(part.key()).append(' ').append(mib(bound(part))).append(", "));
        return text + "logs and cursors " + mib(beside) + ", frames that are built " + mib(pool) + ", a largest event "
                + mib(largest) + ", a fifth for parts of blocks: " + mib(limit) + " outside the heap";
    }

    /** A number of bytes in MiB, without the unit. */
    static String mib(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / MIB);
    }
}
