package io.headrace.engine.channel;

import io.headrace.frame.Frame;

/** A frame that left the ring or came from the log for a sink; guarded by the take side's lock. */
final class TakenFrame {
    /** Where it stands. */
    enum State {
        FREE,
        LEASED,
        ROLLED_BACK,
        COMMITTED
    }

    State state = State.FREE;
    long sequence;
    Frame frame;
    int events;
    int charge;
    int inputNumber;
    long position;
    long publishedNanos;
    boolean control;
    boolean fromLog;

    /** Becomes the same, but for its state. */
    void copy(TakenFrame other) {
        sequence = other.sequence;
        frame = other.frame;
        events = other.events;
        charge = other.charge;
        inputNumber = other.inputNumber;
        position = other.position;
        publishedNanos = other.publishedNanos;
        control = other.control;
        fromLog = other.fromLog;
    }
}
