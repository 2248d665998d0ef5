package io.headrace.engine.channel;

import io.headrace.engine.metrics.MetricGroup;

/** What a channel shows of its present state, beside its counters ({@link ChannelMetrics}). Read by any thread. */
final class ChannelGauges {
    private final DualChannel channel;
    private final MetricGroup group;

    ChannelGauges(DualChannel channel) {
        this.channel = channel;
        this.group = channel.environment().metrics();
    }

    /** @param log null for a channel without one */
    void register(ChannelLog log, SeenOrigins origins) {
        Admission admission = channel.admission();
        group.gauge("ChannelSize", channel::size);
        group.gauge("ChannelCapacity", this::capacity);
        group.doubleGauge("ChannelFillPercentage", () -> 100.0 * channel.size() / capacity());
        group.gauge("MemoryBytes", admission::memoryBytes);
        group.gauge("MemoryEvents", admission::memoryEvents);
        group.gauge("RingSlotsUsed", admission::usedSlots);
        group.gauge("EventRedeliveredCount", channel::redeliveredEvents);
        group.gauge("LedgerAcceptedCount", () -> channel.ledger().accepted());
        group.gauge("LedgerDeliveredCount", () -> channel.ledger().delivered());
        group.gauge("LedgerHeld", () -> channel.ledger().held());
        group.gauge("LedgerDroppedCount", () -> channel.ledger().droppedEvents());
        group.gauge("OriginPairs", origins::size);
        group.gauge("OriginPairForgottenCount", origins::forgotten);
        channel.guarantee().show(group);
        group.gauge("Unhealthy", () -> channel.failure() == null ? 0 : 1);
        group.gauge("Open", () -> channel.isAccepting() ? 1 : 0);
        group.gauge("Closed", () -> channel.isAccepting() ? 0 : 1);
        if (log != null) {
            log.registerGauges(group);
        }
        channel.cursors().forEach(cursor -> register(cursor, log));
    }

    private void register(ReplayCursor cursor, ChannelLog log) {
        String of = "." + cursor.name();
        group.gauge("CursorBacklogFrames" + of, cursor::backlogFrames);
        group.gauge("CursorBacklogBytes" + of, () -> log.bytesAbove(cursor.lowWater()));
        group.gauge("CursorAgeMillis" + of, cursor::ageMillis);
        group.gauge("CursorDeliveredCount" + of, cursor::deliveredEvents);
        group.gauge("CursorRedeliveredCount" + of, cursor::redeliveredEvents);
        group.gauge("CursorFailed" + of, () -> cursor.isFailed() ? 1 : 0);
    }

    private long capacity() {
        ChannelSettings settings = channel.settings();
        return settings.policy() == ChannelPolicy.DUAL
                ? settings.memoryCapacity() + settings.overflowCapacity()
                : settings.capacity();
    }
}
