package io.headrace.engine.channel;

import io.headrace.wal.CursorState;
import io.headrace.wal.InputKey;
import io.headrace.wal.InputState;
import io.headrace.wal.LogState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets what nobody uses any more: cursors without a sink, inputs that nobody has open, origins where no source compares
 * them. Looks 10 minutes after the channel was opened, then each hour. Owned by the journal's thread.
 */
final class Expiry {
    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);

    /** So many are named where one line tells of several. */
    private static final int NAMED = 5;

    /** Sources and sinks have time to come back to what they had before the channel was opened. */
    private static final long FIRST_NANOS = TimeUnit.MINUTES.toNanos(10);

    private static final long ROUND_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long LEAST_LEAP_MILLIS = 1_000;

    private final DualChannel channel;
    private final LogState state;
    private final ChannelMetrics metrics;
    private final ChannelInputs inputs;
    /** Only this thread takes any out. */
    private final List<ReplayCursor> cursors;

    private long dueNanos;
    private long lookedNanos;
    private long lookedMillis;
    private boolean changed;

    Expiry(DualChannel channel, LogState state) {
        this.channel = channel;
        this.state = state;
        this.metrics = channel.metrics();
        this.inputs = channel.inputs();
        this.cursors = channel.cursors();
        this.lookedNanos = channel.environment().nanoClock().nanoTime();
        this.lookedMillis = channel.environment().epochClock().time();
        this.dueNanos = lookedNanos + FIRST_NANOS;
    }

    long nanosUntilDue(long nowNanos) {
        return Math.max(0, dueNanos - nowNanos);
    }

    /** @return whether that changed what checkpoints hold */
    boolean expireIfDue(long nowNanos, long nowMillis) {
        if (nowNanos - dueNanos < 0) {
            return false;
        }
        changed = false;
        dueNanos = nowNanos + ROUND_NANOS;
        discountLeap(nowNanos, nowMillis);
        expireCursors(nowMillis);
        expireInputs(nowMillis);
        if (!channel.wantsOrigins() && state.origins().size() > 0) {
            state.origins().clear();
            changed = true;
        }
        return changed;
    }

    /**
     * A clock that was set ahead since the last look, as one is that was wrong before, makes nothing older than it is. Set
     * back, it lets times lie in the future, which begin anew.
     */
    private void discountLeap(long nowNanos, long nowMillis) {
        long passed = TimeUnit.NANOSECONDS.toMillis(nowNanos - lookedNanos);
        long leap = nowMillis - lookedMillis - passed;
        lookedNanos = nowNanos;
        lookedMillis = nowMillis;
        if (leap >= LEAST_LEAP_MILLIS) {
            for (CursorState cursor : state.cursors().values()) {
                cursor.lastUsedMillis(Math.min(nowMillis, cursor.lastUsedMillis() + leap));
            }
            for (InputState input : state.inputs().values()) {
                input.lastSeenMillis(Math.min(nowMillis, input.lastSeenMillis() + leap));
            }
            changed = true;
        }
    }

    private void expireCursors(long nowMillis) {
        for (ReplayCursor cursor : cursors) {
            changed = true;
            if (cursor.touch(nowMillis, channel.settings().keeping().cursorExpiryMillis())) {
                state.cursors().remove(cursor.name());
                drop(cursor);
            }
        }
    }

    /** A cursor that no sink is on any more is forgotten. */
    private void drop(ReplayCursor cursor) {
        LOG.warn(
                "channel {}: cursor {} is dropped: no sink was on it for {} (cursorExpiry); it stood at sequence {}, {} of {} were to come",
                channel.name(),
                cursor.name(),
                Duration.ofMillis(channel.settings().keeping().cursorExpiryMillis()),
                cursor.lowWater() + 1,
                cursor.backlogFrames(),
                channel.acknowledged());
        cursors.remove(cursor);
        channel.environment().metrics().removeGauges(name -> name.endsWith("." + cursor.name()));
        metrics.cursorsExpired.increment();
        cursor.stopReader();
        cursor.seal();
        cursor.releaseAll();
    }

    /** Forgets inputs that nobody opened for long and of which nothing is left (R7: their numbers are not given again). */
    private void expireInputs(long nowMillis) {
        long expiryMillis = channel.settings().keeping().inputExpiryMillis();
        long released = state.slowest();
        List<InputState> expired = new ArrayList<>();
        for (InputState input : state.inputs().values()) {
            if (input.lastSeenMillis() > nowMillis) {
                // The clock went back: its time begins anew.
                input.lastSeenMillis(nowMillis);
                changed = true;
            }
            if (inputs.isOpen(input.key())) {
                input.lastSeenMillis(nowMillis);
                changed = true;
            } else if (nowMillis - input.lastSeenMillis() >= expiryMillis && inputs.expire(input.key(), released)) {
                expired.add(input);
            }
        }
        expired.forEach(input -> state.inputs().remove(input.number()));
        if (!expired.isEmpty()) {
            tellOf(expired.stream().map(InputState::key).toList());
            changed = true;
        }
    }

    private void tellOf(List<InputKey> keys) {
        metrics.inputsExpired.add(keys.size());
        List<String> senders = keys.stream()
                .filter(key -> key.kind() == InputKey.Kind.WINDOW)
                .map(InputKey::id)
                .toList();
        if (!senders.isEmpty()) {
            LOG.warn(
                    "channel {}: senders not heard of for {} (inputExpiry) are forgotten: {} of them, {}{}; should one come"
                            + " back, what it had sent and got no answer for when it left is taken again, and may be there"
                            + " twice",
                    channel.name(),
                    Duration.ofMillis(channel.settings().keeping().inputExpiryMillis()),
                    senders.size(),
                    String.join(", ", senders.subList(0, Math.min(senders.size(), NAMED))),
                    senders.size() > NAMED ? ", ..." : "");
        }
    }
}
