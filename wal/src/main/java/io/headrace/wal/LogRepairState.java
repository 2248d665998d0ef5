package io.headrace.wal;

import io.headrace.frame.FrameType;
import java.util.List;

/**
 * What the checkpoint of a repaired log says: the state of the last one, with the frames above it, and what is lost counted
 * as committed and dropped. Owned by one thread.
 */
final class LogRepairState {
    private LogState state;
    private long durable;
    private boolean known;
    private long acceptedBefore;
    private long held;
    private long lostBelow;
    private long lostEvents;
    private long uncounted;

    void begin(LogView view) {
        state = view.checkpoint().state();
        durable = view.checkpoint().durable();
        acceptedBefore = state.accepted();
        known = view.checkpointFault() == null;
    }

    LogState state() {
        return state;
    }

    long lostEvents() {
        return lostEvents;
    }

    /** Lost sequences of which nothing says how many events they held. */
    long uncounted() {
        return uncounted;
    }

    /** What can be said of a log without a checkpoint, of which nothing has been taken away yet. */
    LogState unrepaired(long lowWater) {
        LogState unrepaired = new LogState(lowWater, state.nextInputNumber());
        unrepaired.accepted(held + lostBelow);
        unrepaired.inputs().putAll(state.inputs());
        return unrepaired;
    }

    /** A frame that stays, told once. */
    void survives(LogWalk walk) {
        int input = walk.inputNumber();
        state.nextInputNumber(Math.max(state.nextInputNumber(), input + 1));
        if (!known || walk.sequence() > durable) {
            LogRedo.apply(
                    walk.frame(),
                    walk.sequence(),
                    input,
                    walk.inputPosition(),
                    state,
                    walk.frame().createdMicros() / 1000);
        }
        if (walk.sequence() <= durable && walk.frame().type() == FrameType.DATA && !walk.isCommitted()) {
            held += walk.frame().eventCount();
        }
    }

    /**
     * Counts what is lost, after all that stays was told. What the checkpoint knew is exact, for accepted = delivered + held
     * + dropped; of what was written since there is only what damaged headers say.
     */
    void lost(List<LogDamage> damages) {
        long above = 0;
        for (LogDamage damage : damages) {
            boolean since = !damage.lost().isEmpty() && damage.lost().get(0).first() > durable;
            above += since || !known ? damage.events() : 0;
            lostBelow += since ? 0 : damage.events();
            if (since || !known) {
                uncounted += damage.lostSequences() - (damage.events() > 0 ? 1 : 0);
            }
        }
        long droppedBefore =
                state.dropped().values().stream().mapToLong(Long::longValue).sum();
        long below = known ? acceptedBefore - state.delivered() - droppedBefore - held : 0;
        lostEvents = Math.max(0, below) + above;
        state.accepted(state.accepted() + above);
        if (lostEvents > 0) {
            state.dropped().merge(LogRepair.REASON, lostEvents, Long::sum);
        }
        if (!damages.isEmpty()) {
            // A copy of what is lost may come yet: nothing is known to be here.
            state.origins().clear();
        }
    }

    /** Lost sequences count as committed from now on: not before all is copied, which goes by what was never used. */
    void passOver(List<LogDamage> damages) {
        for (LogDamage damage : damages) {
            for (LogDamage.SequenceRange range : damage.lost()) {
                state.addHole(range.first(), range.last());
            }
        }
    }
}
