/**
 * The write-ahead log of one channel: segments, group commit, checkpoint, recovery. {@link
 * io.headrace.wal.WriteAheadLog} is the door; {@code wal/FORMAT.md} has the layouts, DESIGN of the log in {@code
 * wal/DESIGN.md}.
 */
package io.headrace.wal;
