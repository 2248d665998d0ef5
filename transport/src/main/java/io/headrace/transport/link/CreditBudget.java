package io.headrace.transport.link;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all connections of a source may send before it is put into channels, in frame bytes. Each connection has a first
 * grant in any case; of the rest one may hold at most as much as it leaves free, so that n busy ones converge to one
 * part of n + 1 each and a new one always finds some (the dynamic threshold of shared packet buffers, Choudhury and
 * Hahne 1998). Safe for any thread.
 */
public final class CreditBudget {
    /** Granted to every connection. */
    public static final long FIRST_GRANT = 64 * 1024;

    private final long total;
    private final AtomicLong held = new AtomicLong();

    /** @param total {@code receiveBytes} */
    public CreditBudget(long total) {
        if (total < FIRST_GRANT) {
            throw new IllegalArgumentException("receiveBytes: " + total + " (expected: >= " + FIRST_GRANT + ")");
        }
        this.total = total;
    }

    /**
     * Changes what one connection holds, which gives nothing back that it still wants.
     *
     * @param has what it holds now
     * @param wants what it would like to hold
     * @return what it holds from now on: at least the smaller of {@code wants} and the first grant, at least {@code has}
     *     as far as {@code wants} reaches
     */
    long change(long has, long wants) {
        return change(has, has, wants);
    }

    /**
     * Changes what one connection holds. Of one that holds more than its share, as when it was alone, what is used up goes to
     * the others.
     *
     * @param has what it holds now
     * @param bound what of that is in use, or may be at any moment
     * @param wants what it would like to hold
     * @return what it holds from now on: at least the smaller of {@code wants} and the first grant, at least {@code bound}
     *     as far as {@code has} and {@code wants} reach
     */
    long change(long has, long bound, long wants) {
        long least = Math.min(has, bound);
        while (true) {
            long all = held.get();
            long share = (total - (all - has)) / 2;
            long gets = Math.min(wants, Math.max(FIRST_GRANT, Math.max(least, share)));
            if (held.compareAndSet(all, all - has + gets)) {
                return gets;
            }
        }
    }

    /** Bytes granted or waiting for room in a channel, over all connections. */
    public long held() {
        return held.get();
    }
}
