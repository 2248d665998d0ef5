package io.headrace.engine.channel;

import io.headrace.engine.channel.CrashCoverage.OfCursor;
import io.headrace.wal.CursorStart;
import io.headrace.wal.LogCursorDrop;
import io.headrace.wal.LogPlace;
import io.headrace.wal.LogRetention;
import io.headrace.wal.SimulatedDisk;
import io.headrace.wal.StreamId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A named cursor over all lives of a channel: made by configuration, used by one slow sink with tokens in some lives, left
 * alone in others, expired or dropped; and the model of what it must get.
 */
final class SimulatedCursor {
    private static final String NAME = "audit";
    private static final String SINK = "k3";
    private static final Duration EXPIRY = Duration.ofDays(7);

    private final SplittableRandom random;
    private final SimulatedSinks others;
    private final DiskTrouble trouble;
    private final CrashCoverage coverage;

    // ---- over all lives
    private SimulatedSinks seen;
    private CursorStart configured;
    /** The cursor begins behind this sequence; -1 where there is none. */
    private long begunAt = -1;

    /** Tells it from a later one of the same name. */
    private StreamId stream;

    private boolean mayBeGone;

    // ---- in one life
    private DualChannel channel;
    private ChannelConsumer consumer;
    private boolean woken;
    private boolean failed;
    private final List<Open> open = new ArrayList<>();

    private record Open(Lease lease, List<String> frames) {}

    SimulatedCursor(SplittableRandom random, SimulatedSinks others, DiskTrouble trouble, CrashCoverage coverage) {
        this.coverage = coverage;
        this.random = random;
        this.others = others;
        this.trouble = trouble;
        this.seen = others.beside();
    }

    /** Before a life: somebody changes the configuration, or drops the cursor. */
    ChannelSettings configure(ChannelSettings settings, SimulatedDisk disk, Path home) throws IOException {
        if (begunAt >= 0 && !mayBeGone && random.nextInt(6) == 0) {
            Path checkpoints = settings.checkpointFolder() == null ? home : settings.checkpointFolder();
            LogCursorDrop.apply(disk, new LogPlace(home, settings.dataFolders(), checkpoints, List.of()), NAME);
            coverage.cursor(OfCursor.DROPPED);
            forget();
        }
        if (configured == null ? random.nextInt(3) > 0 : random.nextInt(4) == 0) {
            configured = draw();
        }
        List<CursorStart> cursors = configured == null ? List.of() : List.of(configured);
        return settings.withKeeping(new LogKeeping(
                LogRetention.NONE,
                cursors,
                EXPIRY.toMillis(),
                Duration.ofDays(30).toMillis()));
    }

    private CursorStart draw() {
        return switch (random.nextInt(5)) {
            case 0 -> null;
            case 1 -> CursorStart.parse(NAME, "latest");
            case 2 -> CursorStart.parse(NAME, String.valueOf(random.nextInt(300)));
            default -> CursorStart.parse(NAME, "oldest");
        };
    }

    private void forget() {
        begunAt = -1;
        stream = null;
        mayBeGone = false;
        seen = others.beside();
    }

    /** A life begins. {@code always} where a sink is to be on the cursor, if there is one. */
    String begin(DualChannel opened, boolean always) {
        channel = opened;
        consumer = null;
        failed = false;
        open.clear();
        ReplayCursor there = find();
        if (there == null) {
            Promise.CURSOR.check(
                    begunAt < 0 && configured == null || mayBeGone && configured == null,
                    () -> "the cursor is not there; it began behind " + begunAt + ", configured: " + configured);
            if (begunAt >= 0) {
                coverage.cursor(OfCursor.EXPIRED);
            }
            forget();
            return "no cursor";
        }
        boolean same = there.streamId().equals(stream);
        Promise.CURSOR.check(begunAt < 0 || mayBeGone || same, () -> "the cursor was made anew");
        mayBeGone = false;
        if (!same) {
            if (begunAt >= 0) {
                coverage.cursor(OfCursor.EXPIRED);
            }
            forget();
            stream = there.streamId();
            begunAt = there.lowWater();
            coverage.cursor(OfCursor.MADE);
            checkStart();
        }
        seen.begin(there.state().tokens().get(SINK));
        if (always || random.nextInt(4) > 0) {
            consumer = opened.consumer(SINK, NAME);
            consumer.setListener(() -> woken = true);
            woken = true;
        } else {
            coverage.cursor(OfCursor.LEFT_ALONE);
        }
        return "cursor from " + begunAt + ", now at " + there.lowWater() + (consumer == null ? ", left alone" : "");
    }

    private void checkStart() {
        if (configured != null && configured.kind() == CursorStart.Kind.OLDEST) {
            Promise.CURSOR.check(
                    begunAt <= channel.lowWater(),
                    () -> "made at the oldest frame, behind " + begunAt + ", sinks stand at " + channel.lowWater());
        }
    }

    private ReplayCursor find() {
        return channel.cursors().stream()
                .filter(cursor -> cursor.name().equals(NAME))
                .findFirst()
                .orElse(null);
    }

    /** One step in a life; its sink is slower than others. */
    void step() {
        if (consumer == null) {
            return;
        }
        switch (random.nextInt(6)) {
            case 0, 5 -> lease(1 + random.nextInt(8), 1 + random.nextInt(6_000));
            case 1, 2 -> commitOne();
            case 3 -> rollbackSome();
            default -> seen.checkpointed(consumer.checkpointedTokenVersion(), 0);
        }
    }

    /** A week passes. */
    void passExpiry(DrivenClock clock) {
        clock.pass(EXPIRY.toMillis() + 1);
        mayBeGone |= consumer == null && begunAt >= 0;
    }

    private boolean lease(int maxEvents, long maxBytes) {
        if (failed) {
            return false;
        }
        Lease lease;
        try {
            lease = consumer.tryLease(maxEvents, maxBytes);
        } catch (IllegalStateException e) {
            if (trouble.failed() == null && !trouble.isDead()) {
                throw Promise.FAILS_FOR_A_REASON.broken("cursor: " + e.getMessage(), e);
            }
            failed = true;
            return false;
        }
        if (lease == null) {
            return false;
        }
        for (int i = 0; i < lease.size(); i++) {
            long sequence = lease.sequence(i);
            Promise.CURSOR.check(sequence > begunAt, () -> sequence + " comes, it began behind " + begunAt);
        }
        open.add(new Open(lease, seen.leased(lease, channel.acknowledged())));
        return true;
    }

    private void commitOne() {
        if (!open.isEmpty()) {
            // In order, as a sink with tokens does (R8).
            Open one = open.remove(0);
            byte[] token = seen.nextToken();
            seen.committedWithToken(one.frames(), one.lease().commit(token));
        }
    }

    private void rollbackSome() {
        if (!open.isEmpty()) {
            List<Open> back = open.subList(random.nextInt(open.size()), open.size());
            back.forEach(one -> {
                one.lease().rollback();
                seen.rolledBack(one.frames());
            });
            back.clear();
        }
    }

    /** What was lost in memory, or with the power, comes again. */
    void comesAgain(String frame) {
        seen.comesAgain(frame);
    }

    /** Takes what there is, if it was told that there is something. */
    boolean drainIfWoken() {
        if (consumer == null || !woken) {
            return false;
        }
        woken = false;
        do {
            while (!open.isEmpty()) {
                commitOne();
            }
        } while (lease(1_000, 1 << 20));
        return true;
    }

    /** The channel is closed. */
    void end() {
        ReplayCursor there = find();
        if (there != null && there.isFailed()) {
            coverage.cursor(OfCursor.FAILED_READING);
        }
        open.forEach(one -> one.lease().rollback());
        open.clear();
        channel = null;
        consumer = null;
    }

    /** Everything was put and drained. */
    void finish(Iterable<SimulatedInput> inputs, boolean lossy) {
        if (consumer == null) {
            return;
        }
        Promise.FAILS_FOR_A_REASON.check(!failed, () -> "the cursor failed while nothing was done to its disk");
        for (SimulatedInput input : inputs) {
            for (long position = 1; position <= input.highest; position++) {
                String frame = input.frame(position);
                boolean wanted = others.sequenceOf(frame) > begunAt;
                Promise.CURSOR.check(
                        lossy || !wanted || input.forgiven.contains(position) || seen.isDelivered(frame),
                        () -> frame + ", sequence " + others.sequenceOf(frame) + ", did not come; it began behind "
                                + begunAt);
            }
        }
        Promise.ARRIVES.check(
                consumer.lowWater() == channel.acknowledged(),
                () -> "the cursor stands at " + consumer.lowWater() + " (expected: " + channel.acknowledged() + ")");
        coverage.cursor(OfCursor.DRAINED);
    }
}
