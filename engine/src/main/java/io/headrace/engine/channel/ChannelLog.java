package io.headrace.engine.channel;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.wal.LogState;
import io.headrace.wal.RecoveryReport;
import io.headrace.wal.StreamId;

/** A channel's log, its reader and its preparer. */
interface ChannelLog {
    long base();

    StreamId streamId();

    LogState state();

    RecoveryReport recovery();

    long recoveredUpTo();

    TakeSide takeSide(DualChannel channel, RingBuffer<Slot> ring, Sequence takeGate);

    LogWriter writer(DualChannel channel);

    void attach(Journal journal);

    void registerGauges(MetricGroup group);

    void start(DutyRunner runner);

    void stopReader();

    void stopPreparer();

    void wakeReader();

    void closeFiles(DualChannel channel);
}
