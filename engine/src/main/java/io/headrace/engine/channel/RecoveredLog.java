package io.headrace.engine.channel;

import io.headrace.wal.SequenceWindow;

/**
 * What the take side must know of a recovered log.
 *
 * @param committed low-water mark and what is committed above it; a copy
 * @param lastSequence of the last frame in the log
 * @param clean whether the channel was stopped in order, so that nothing was under way
 */
record RecoveredLog(SequenceWindow committed, long lastSequence, boolean clean) {}
