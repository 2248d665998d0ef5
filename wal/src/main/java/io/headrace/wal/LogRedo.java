package io.headrace.wal;

import io.headrace.frame.Frame;

/**
 * Redoes what frames above a checkpoint's durable sequence did to the state that the checkpoint holds: the count of accepted
 * events, the inputs and how far they are kept, and where frames come from. Called by the thread that owns the state.
 */
final class LogRedo {
    private LogRedo() {}

    /**
     * Takes what a frame says into the state.
     *
     * @return false when the state does not know its input
     */
    static boolean apply(
            Frame frame, long sequence, int inputNumber, long inputPosition, LogState state, long nowMillis) {
        if (!state.committed().isMarked(sequence)) {
            state.accepted(state.accepted() + frame.eventCount());
        }
        switch (frame.type()) {
            case INPUT -> {
                InputFrames.Input input = InputFrames.decode(frame);
                state.nextInputNumber(Math.max(state.nextInputNumber(), input.number() + 1));
                if (!state.inputs().containsKey(input.number())) {
                    state.inputs()
                            .put(input.number(), new InputState(input.number(), input.key(), inputPosition, nowMillis));
                }
            }
            case DATA, MARK -> {
                InputState input = state.inputs().get(inputNumber);
                if (input != null) {
                    input.keep(inputPosition, nowMillis);
                    if (input.window() != null) {
                        state.origins().add(frame.producerId(), frame.firstEventNumber(), 0);
                    }
                }
                return input != null || inputNumber == 0;
            }
            case PAD -> {
                // Carries nothing.
            }
        }
        return true;
    }
}
