package io.headrace.engine.channel;

/** What the journal applies to its state, on its thread, in the order in which it was handed over. */
interface JournalCommand {
    void applyTo(ChannelState state);
}
