package io.headrace.engine.sink.roll;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.Timing;

/** The sink's counters, with Flume's names where Flume has one: its connections are files here, as there. */
final class RollCounters {
    /** Handles opened. */
    final Counter opened;

    /** Handles closed. */
    final Counter closed;

    /** Deliveries that failed. */
    final Counter failed;

    /** Files completed. */
    final Counter rolled;

    /** Bytes delivered. */
    final Counter bytes;

    /** Files synced: one a delivery that wrote to it. */
    final Counter synced;

    /** Files that were missing or too short at start. */
    final Counter damaged;

    /** Time of the syncs of a delivery. */
    final Timing syncTime;

    RollCounters(MetricGroup group) {
        opened = group.counter("ConnectionCreatedCount");
        closed = group.counter("ConnectionClosedCount");
        failed = group.counter("ConnectionFailedCount");
        rolled = group.counter("RolledFileCount");
        bytes = group.counter("WrittenBytesCount");
        synced = group.counter("FileSyncCount");
        damaged = group.counter("DamagedFileCount");
        syncTime = group.timing("SyncTime");
    }
}
