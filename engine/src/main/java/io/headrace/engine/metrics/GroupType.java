package io.headrace.engine.metrics;

/** Kinds of metric groups, named as in Flume. */
public enum GroupType {
    SOURCE,
    CHANNEL,
    SINK,
    SINK_PROCESSOR,
    OTHER
}
