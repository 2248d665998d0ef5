package io.headrace.transport.avro;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.transport.avro.AvroException.Kind;

/**
 * What none of a source's channels can ever hold. A batch above it is refused at once, because its sender would try for
 * ever; a smaller one waits until there is room.
 *
 * @param events of a batch at most
 * @param bytes of a batch's frames at most
 * @param eventBytes of an event at most
 * @param eventsKey names the limit of events, for messages
 * @param bytesKey names the limit of bytes
 */
record BatchLimits(long events, long bytes, int eventBytes, String eventsKey, String bytesKey) {
    static BatchLimits of(ChannelProcessor processor, int maxEventBytes) {
        BatchLimits limits = new BatchLimits(0, 0, maxEventBytes, "", "");
        for (Channel channel : processor.channels()) {
            limits = channel instanceof ManagedChannel managed
                    ? limits.and(managed.settings())
                    : new BatchLimits(Long.MAX_VALUE, Long.MAX_VALUE, limits.eventBytes, "", "");
        }
        return limits;
    }

    /** A batch may go to one of several channels: the one that holds most decides. */
    private BatchLimits and(ChannelSettings channel) {
        boolean dual = channel.policy() == ChannelPolicy.DUAL;
        boolean discards = channel.policy() == ChannelPolicy.DISCARD;
        boolean inMemory = channel.policy() == ChannelPolicy.MEMORY || dual && channel.overflowCapacity() == 0;
        long moreEvents = discards
                ? Long.MAX_VALUE
                : dual ? channel.memoryCapacity() + channel.overflowCapacity() : channel.capacity();
        long moreBytes = inMemory ? channel.byteCapacity() : Long.MAX_VALUE;
        String name = "channel " + channel.name() + ", ";
        return new BatchLimits(
                Math.max(events, moreEvents),
                Math.max(bytes, moreBytes),
                Math.min(eventBytes, channel.maxEventBytes()),
                moreEvents > events ? name + (dual ? "memoryCapacity + overflowCapacity" : "capacity") : eventsKey,
                moreBytes > bytes ? name + "byteCapacity" : bytesKey);
    }

    void check(long eventsOfBatch, long bytesOfBatch) {
        if (eventsOfBatch > events) {
            throw new AvroException(
                    Kind.FAILED,
                    "batch: at least " + eventsOfBatch + " events (expected: <= " + events + ", " + eventsKey
                            + "; a smaller batch-size at the sender)");
        } else if (bytesOfBatch > bytes) {
            throw new AvroException(
                    Kind.FAILED,
                    "batch: at least " + bytesOfBatch + " bytes (expected: <= " + bytes + ", " + bytesKey
                            + "; a smaller batch-size at the sender)");
        }
    }
}
