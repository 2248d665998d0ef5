package io.headrace.engine.channel;

import io.headrace.wal.InputKey;
import io.headrace.wal.InputState;
import io.headrace.wal.LogState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The inputs of a channel by their keys, each with its number (R7), and those without a key. Sources open and close them,
 * the journal asks and forgets; safe for any thread.
 */
final class ChannelInputs {
    private final Map<InputKey, ChannelInput> inputs = new HashMap<>();
    private final List<ChannelInput> anonymousInputs = new CopyOnWriteArrayList<>();
    private int nextInputNumber;

    /** @param recoveredUpTo sequences that inputs of an earlier life may have used */
    ChannelInputs(LogState state, long recoveredUpTo) {
        this.nextInputNumber = state.nextInputNumber();
        for (InputState input : state.inputs().values()) {
            ChannelInput known = new ChannelInput(input);
            known.lastSequence = recoveredUpTo;
            inputs.put(input.key(), known);
        }
    }

    /** The input of a key; the same object while the channel is open. */
    ChannelInput open(InputKey key) {
        synchronized (inputs) {
            ChannelInput input = inputs.computeIfAbsent(key, k -> new ChannelInput(k, nextInputNumber++));
            input.openCount++;
            return input;
        }
    }

    ChannelInput openAnonymous() {
        ChannelInput input = new ChannelInput(null, 0);
        anonymousInputs.add(input);
        return input;
    }

    void close(ChannelInput input) {
        if (input.isAnonymous()) {
            anonymousInputs.remove(input);
            return;
        }
        synchronized (inputs) {
            input.openCount--;
            if (input.openCount == 0 && !input.announced) {
                // Nothing of it was ever put here: who only says a name must not stay in memory for good.
                inputs.remove(input.key, input);
            }
        }
    }

    /** Whether a source has an input open. */
    boolean isOpen(InputKey key) {
        synchronized (inputs) {
            ChannelInput input = inputs.get(key);
            return input != null && input.openCount > 0;
        }
    }

    /** Forgets an input unless a source has it open or a frame of it is left. The journal's thread. */
    boolean expire(InputKey key, long committedUpTo) {
        synchronized (inputs) {
            ChannelInput input = inputs.get(key);
            if (input == null) {
                return true;
            }
            boolean gone = input.openCount == 0 && input.lastSequence <= committedUpTo;
            if (gone) {
                inputs.remove(key);
            }
            return gone;
        }
    }

    /** Tells the sources of all that something moved. */
    void tellAll() {
        List<ChannelInput> all;
        synchronized (inputs) {
            all = new ArrayList<>(inputs.values());
        }
        all.addAll(anonymousInputs);
        for (ChannelInput input : all) {
            input.tell();
        }
    }
}
