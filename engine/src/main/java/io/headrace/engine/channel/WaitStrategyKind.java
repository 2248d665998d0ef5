package io.headrace.engine.channel;

/** How a channel's threads wait for work. */
public enum WaitStrategyKind {
    /** Spins briefly from 4 cores on, yields a few times, then parks; below 4 cores a log's journal parks at once. */
    ADAPTIVE,
    /** Parks at once. */
    BLOCKING,
    /** Yields all the time: needs a core for each thread that waits. */
    YIELD,
    /** Spins all the time: needs a physical core for each thread that waits. */
    SPIN
}
