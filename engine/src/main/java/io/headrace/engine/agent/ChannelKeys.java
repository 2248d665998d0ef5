package io.headrace.engine.agent;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.WaitStrategyKind;
import io.headrace.engine.config.FrameMemory;
import io.headrace.engine.config.Setting;
import java.time.Duration;
import java.util.Optional;

/** Keys that several types of channels share; those of the log are in {@link ChannelLogKeys}. */
final class ChannelKeys {
    private ChannelKeys() {}

    /** Of every channel. */
    record Frames(
            @Setting(
                    key = "maxEventBytes",
                    byDefault = "16m",
                    min = 1,
                    max = 512L * 1024 * 1024,
                    unit = "bytes",
                    doc = "Largest event that is taken, headers and body; a larger one is refused, counted and"
                            + " reported.")
            int maxEventBytes,

            @Setting(
                    key = "frameBytes",
                    byDefault = "192k",
                    min = ChannelSettings.MIN_FRAME_BYTES,
                    max = 1024 * 1024,
                    unit = "bytes",
                    doc = "Bytes at which sources of this channel close a frame, which is then kept and sent as one;"
                            + " of the channels of a source the smallest holds.")
            int frameBytes,

            @Setting(
                    key = "waitStrategy",
                    byDefault = "adaptive",
                    doc = "How the channel's threads wait for work: adaptive fits everywhere; yield and spin take a"
                            + " core for each thread, idle or not.")
            WaitStrategyKind waitStrategy) {
        ChannelSettings applyTo(ChannelSettings settings) {
            return settings.withFrames(maxEventBytes, frameBytes).withWaitStrategy(waitStrategy);
        }
    }

    /** Of every channel that holds something. */
    record Room(
            @Setting(
                    key = "keep-alive",
                    byDefault = "3",
                    min = 0,
                    unit = "s",
                    doc = "How long a source with a thread of its own waits for room, in whole seconds, before it"
                            + " tries again.")
            Duration keepAlive,

            @Setting(
                    key = "byteCapacity",
                    byDefault = "64m",
                    min = 0,
                    unit = "bytes",
                    doc = "Memory that events may take, headers included; less by default where channels and sources"
                            + " together would exceed the memory outside the heap. 0 for all that is left of it.")
            long byteCapacity) {
        private static final long UNLIMITED_BYTES = 200_000_000_000L;

        /** @param besideBytes of the channel's log */
        FrameMemory.Bound memory(long besideBytes, int largestBytes) {
            return new FrameMemory.Bound("byteCapacity", byteCapacity, besideBytes, largestBytes);
        }

        ChannelSettings applyTo(ChannelSettings settings) {
            return settings.withKeepAliveSeconds((int) Math.min(Integer.MAX_VALUE, keepAlive.toSeconds()))
                    .withByteCapacity(byteCapacity == 0 ? UNLIMITED_BYTES : byteCapacity);
        }
    }

    /** Of Flume's channels in memory. */
    record FlumeMemory(
            @Setting(
                    key = "byteCapacityBufferPercentage",
                    noEffect = "headers are counted as they are, not guessed",
                    doc = "Share of byteCapacity that Flume sets aside for headers.")
            Optional<Integer> byteCapacityBufferPercentage) {}
}
