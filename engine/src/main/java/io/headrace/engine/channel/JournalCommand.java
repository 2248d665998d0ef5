package io.headrace.engine.channel;

/** Something for the journal to apply to its state, on its thread, in the order in which it was handed over. */
interface JournalCommand {
    void applyTo(Journal journal);
}
