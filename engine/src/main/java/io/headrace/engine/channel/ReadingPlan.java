package io.headrace.engine.channel;

/** Which sequences sinks want from the log: from {@code from} on, below {@code to}. */
final class ReadingPlan {
    long from;
    long to;
}
