package io.headrace.tools.quickstart;

import io.headrace.tools.Progress;
import io.headrace.tools.quickstart.QuickstartOptions.Victim;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** From the start of the agent until everything has arrived: watches, kills at the chosen points, starts again. */
final class Transfer {
    private static final long LOOK_NANOS = 10_000_000L;
    /** Close to a point at which is killed. */
    private static final long LOOK_CLOSELY_NANOS = 500_000L;

    private static final long CLOSE_BYTES = 8L << 20;
    private static final long MEASURE_NANOS = 250_000_000L;
    private static final long REPORT_NANOS = 10_000_000_000L;

    private final QuickstartOptions options;
    private final Tiers tiers;
    private final Delivery delivery;
    private final long totalBytes;
    private final Progress progress;
    private final List<Kill> kills = new ArrayList<>();
    private final List<Long> points;
    private long startNanos;
    private long delivered;
    private long lastMoveNanos;

    Transfer(QuickstartOptions options, Tiers tiers, Delivery delivery, long totalBytes, Progress progress) {
        this.options = options;
        this.tiers = tiers;
        this.delivery = delivery;
        this.totalBytes = totalBytes;
        this.progress = progress;
        this.points = options.victim() == Victim.NONE
                ? List.of()
                : KillPlan.points(options.kills(), totalBytes, options.seed());
    }

    /**
     * How a run ended.
     *
     * @param elapsedNanos from the start of the agent's process to the last byte's arrival
     * @param ackLatency of the agent's life with most acknowledgements
     * @param stalled whether it was given up
     */
    record Outcome(List<Kill> kills, long elapsedNanos, AckLatency ackLatency, boolean stalled) {}

    Outcome run() throws IOException, InterruptedException {
        try (AckSampler sampler = new AckSampler(tiers, options.victim().isAgent())) {
            boolean arrived = transfer();
            long elapsed = lastMoveNanos - startNanos;
            return new Outcome(kills, elapsed, sampler.best().orBetter(tiers.ackLatency()), !arrived);
        }
    }

    /** Returns whether everything has arrived. */
    private boolean transfer() throws IOException, InterruptedException {
        startNanos = System.nanoTime();
        lastMoveNanos = startNanos;
        tiers.agent().start();
        long measureNanos = startNanos;
        long reportNanos = startNanos + REPORT_NANOS;
        while (true) {
            long now = look();
            if (kills.size() < points.size() && delivered >= points.get(kills.size()) && delivered < totalBytes) {
                kill();
                continue;
            }
            if (delivered >= totalBytes) {
                return true;
            }
            if (now - lastMoveNanos > options.stallTimeout().toNanos()) {
                return false;
            }
            if (now - measureNanos >= 0) {
                measureNanos = now + MEASURE_NANOS;
                tiers.requireAlive(progress);
                tiers.measureMemory();
            }
            if (progress.isDue()) {
                progress.draw((double) delivered / totalBytes, state(now));
            } else if (now - reportNanos >= 0) {
                reportNanos = now + REPORT_NANOS;
                progress.report(percent() + state(now));
            }
            pause(isClose(now) ? LOOK_CLOSELY_NANOS : LOOK_NANOS);
        }
    }

    /** Whether the next kill is due within some ten milliseconds. */
    private boolean isClose(long now) {
        if (kills.size() == points.size()) {
            return false;
        }
        double bytesPerNano = (double) delivered / Math.max(1, now - startNanos);
        return points.get(kills.size()) - delivered < CLOSE_BYTES + 4 * LOOK_NANOS * bytesPerNano;
    }

    private long look() throws IOException {
        long before = delivered;
        delivered = delivery.bytes();
        long now = System.nanoTime();
        if (delivered != before) {
            lastMoveNanos = now;
        }
        for (Kill kill : kills) {
            if (kill.ended(delivered, now)) {
                progress.note(String.format(
                        Locale.ROOT, "Lines arrive again, %.2f s after the kill.", kill.outageNanos() / 1e9));
            }
        }
        return now;
    }

    private void kill() throws IOException, InterruptedException {
        long killedNanos = System.nanoTime();
        tiers.kill(options.victim());
        // Only now does nothing move any more: what was delivered before the signal took effect counts as such.
        delivered = delivery.bytes();
        boolean inFlight = delivered < totalBytes;
        String victims = options.victim() == Victim.BOTH
                ? "agent and collector"
                : options.victim().name().toLowerCase(Locale.ROOT);
        kills.add(new Kill(victims, delivered, inFlight, killedNanos));
        progress.note("Killed " + victims + " with SIGKILL when " + percent() + "had arrived; starting again.");
        tiers.restart(options.victim());
        lastMoveNanos = System.nanoTime();
    }

    private String percent() {
        return totalBytes == 0 ? "" : String.format(Locale.ROOT, "%.1f %% ", 100.0 * delivered / totalBytes);
    }

    private String state(long now) {
        double seconds = (now - startNanos) / 1e9;
        return String.format(
                Locale.ROOT,
                "%,d MiB delivered, %.0f MiB/s, %d of %d kills",
                delivered >> 20,
                delivered / 1048576.0 / seconds,
                kills.size(),
                points.size());
    }

    private static void pause(long nanos) throws InterruptedException {
        LockSupport.parkNanos(nanos);
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted");
        }
    }
}
