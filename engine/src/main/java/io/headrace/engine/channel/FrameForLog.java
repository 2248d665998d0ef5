package io.headrace.engine.channel;

import io.headrace.frame.Frame;

/** A frame that memory holds, found for the log; filled by {@link TakeSide#findForLog}. */
final class FrameForLog {
    /** Retained for the journal. */
    Frame frame;

    int inputNumber;
    long position;
}
