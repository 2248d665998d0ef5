package io.headrace.tools;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.frame.FrameLayout;
import io.headrace.tools.bench.BenchSettings;
import io.headrace.tools.bench.BenchValues;
import io.headrace.wal.SyncMode;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of {@code bench}, as its commands share them. */
final class BenchOptions {
    private BenchOptions() {}

    /** Of all of them. */
    static final class Common {
        static final int MOST_ROUNDS = 100;
        private static final long MOST_EVENTS = 1_000_000_000_000L;
        private static final Duration DEFAULT_DURATION = Duration.ofSeconds(10);

        @Option(
                names = "--events",
                paramLabel = "N",
                description =
                        "How many events are measured, over all rounds, each of whole frames (default: as many as fit"
                                + " into --duration).")
        private String events;

        @Option(
                names = "--duration",
                paramLabel = "TIME",
                description = "How long is measured at most, over all rounds: 500ms, 10s, 2m (default: 10s, without"
                        + " --events).")
        private String duration;

        @Option(
                names = "--rounds",
                paramLabel = "N",
                defaultValue = "5",
                description =
                        "Rounds, each set up anew; the table has their median, --compare takes the noise from them"
                                + " (default: ${DEFAULT-VALUE}).")
        private String rounds;

        @Option(
                names = "--warm-up",
                paramLabel = "TIME",
                defaultValue = "2s",
                description = "How long the first round runs before it is measured; the others half a second at most"
                        + " (default: ${DEFAULT-VALUE}).")
        private String warmUp;

        @Option(
                names = "--interval",
                paramLabel = "TIME",
                defaultValue = "1s",
                description = "Length of a window in --json and --hdr (default: ${DEFAULT-VALUE}).")
        private String interval;

        @Option(
                names = "--size",
                paramLabel = "BYTES",
                defaultValue = "200",
                description = "Bytes of an event's body (default: ${DEFAULT-VALUE}).")
        private String size;

        @Option(
                names = "--batch",
                paramLabel = "N",
                defaultValue = "1000",
                description =
                        "Most events of a frame, batchSize of a source; with --rate not more than are due in 100 ms"
                                + " (default: ${DEFAULT-VALUE}).")
        private String batch;

        @Option(
                names = "--frame-bytes",
                paramLabel = "BYTES",
                defaultValue = "192k",
                description = "At which a frame is closed, frameBytes of a channel (default: ${DEFAULT-VALUE}).")
        private String frameBytes;

        @Option(
                names = "--producers",
                paramLabel = "N",
                defaultValue = "1",
                description = "Threads that build frames and put them (default: ${DEFAULT-VALUE}).")
        private String producers;

        @Option(
                names = "--in-flight",
                paramLabel = "N",
                description =
                        "Frames of a producer that may wait for their acknowledgement; 1: it waits for each (default:"
                                + " 4 MiB of them, 16 to 4096).")
        private String inFlight;

        @Option(
                names = "--rate",
                paramLabel = "N",
                description = "Events a second, at fixed times (default: as fast as it goes).")
        private String rate;

        @Option(
                names = "--wait-strategy",
                paramLabel = "HOW",
                defaultValue = "adaptive",
                description = "How threads wait for work, waitStrategy of a channel: adaptive, blocking, yield or spin"
                        + " (default: ${DEFAULT-VALUE}).")
        private String waitStrategy;

        @Option(names = "--json", description = "Print all of it as one JSON object.")
        private boolean json;

        @Option(
                names = "--hdr",
                paramLabel = "FILE",
                description = "Write the latencies of each window there, as a log of HdrHistogram.")
        private Path hdr;

        @Option(
                names = "--compare",
                paramLabel = "FILE",
                description = "Compare with an earlier run, of which FILE holds what --json printed.")
        private Path compare;

        boolean json() {
            return json;
        }

        /** Null for none. */
        Path hdr() {
            return hdr;
        }

        /** Null for none. */
        Path compare() {
            return compare;
        }

        int rounds() {
            return (int) BenchValues.count("rounds", rounds, 1, MOST_ROUNDS);
        }

        /** Of all rounds together. */
        void apply(BenchSettings.Draft draft) {
            if (events != null) {
                draft.events(BenchValues.count("events", events, 1, MOST_EVENTS));
            }
            draft.duration(
                    duration != null
                            ? BenchValues.duration("duration", duration)
                            : events != null ? Duration.ZERO : DEFAULT_DURATION);
            draft.warmUp(BenchValues.duration("warm-up", warmUp))
                    .interval(BenchValues.duration("interval", interval))
                    .size((int) BenchValues.bytes(
                            "size", size, BenchSettings.MIN_SIZE, FrameLayout.DEFAULT_MAX_EVENT_BYTES))
                    .batch((int) BenchValues.count("batch", batch, 1, 1_000_000))
                    .frameBytes((int) BenchValues.bytes(
                            "frame-bytes", frameBytes, ChannelSettings.MIN_FRAME_BYTES, FrameLayout.MAX_FRAME_BYTES))
                    .producers((int) BenchValues.count("producers", producers, 1, BenchSettings.MAX_PRODUCERS))
                    .waitStrategy(BenchValues.waitStrategy("wait-strategy", waitStrategy));
            if (inFlight != null) {
                draft.inFlight((int) BenchValues.count("in-flight", inFlight, 1, 65_536));
            }
            if (rate != null) {
                draft.rate(BenchValues.count("rate", rate, 1, 1_000_000_000));
            }
        }
    }

    /** Of those with a log. */
    static final class Log {
        @Option(
                names = "--dir",
                paramLabel = "DIR",
                defaultValue = ".",
                description = "Where a folder for the logs is made, and removed at the end; on the disk that is to be"
                        + " measured (default: the current folder).")
        private Path folder;

        @Option(
                names = "--sync",
                paramLabel = "WHEN",
                description = "always, never or milliseconds (default: always; 100 for a dual channel).")
        private String sync;

        @Option(
                names = "--appender",
                paramLabel = "HOW",
                defaultValue = "auto",
                description = "auto, mapped, positional or direct (default: ${DEFAULT-VALUE}, which suits --sync).")
        private String appender;

        @Option(
                names = "--group-bytes",
                paramLabel = "BYTES",
                defaultValue = "1m",
                description = "At which a group of frames is written (default: ${DEFAULT-VALUE}, the most).")
        private String groupBytes;

        void apply(BenchSettings.Draft draft) {
            if (folder.toString().isEmpty()) {
                throw new IllegalArgumentException("dir: (expected: a folder on the disk that is to be measured)");
            }
            draft.folder(folder)
                    .appender(BenchValues.appender("appender", appender))
                    .groupBytes((int) BenchValues.bytes("group-bytes", groupBytes, 1, ChannelSettings.MAX_GROUP_BYTES));
            if (sync != null) {
                draft.sync(SyncMode.parse(sync));
            }
        }
    }

    /** Of those with channels. */
    static final class Channels {
        @Option(
                names = "--capacity",
                paramLabel = "N",
                defaultValue = "1000000",
                description = "Events that a channel holds; in memory for a dual one (default: ${DEFAULT-VALUE}).")
        private String capacity;

        @Option(
                names = "--byte-capacity",
                paramLabel = "BYTES",
                defaultValue = "64m",
                description = "Memory that a channel's events may take (default: ${DEFAULT-VALUE}).")
        private String byteCapacity;

        void apply(BenchSettings.Draft draft) {
            draft.capacity(BenchValues.count("capacity", capacity, 1, Integer.MAX_VALUE))
                    .byteCapacity(BenchValues.bytes("byte-capacity", byteCapacity, 1, 1L << 40));
        }
    }

    /** Of those whose channels may be of any type. */
    static final class Policy {
        @Option(
                names = "--channel",
                paramLabel = "TYPE",
                defaultValue = "file",
                description = "Type of channel: file, dual or memory (default: ${DEFAULT-VALUE}).")
        private String channel;

        void apply(BenchSettings.Draft draft) {
            draft.policy(BenchValues.policy("channel", channel));
        }
    }

    /** Of those with a link. */
    static final class Link {
        @Option(
                names = "--window",
                paramLabel = "BYTES",
                defaultValue = "32m",
                description =
                        "Bytes sent and not acknowledged at most, window of a sink link (default: ${DEFAULT-VALUE}).")
        private String window;

        @Option(
                names = "--connections",
                paramLabel = "N",
                defaultValue = "1",
                description = "Connections of the sink link; a producer's frames go over one of them (default:"
                        + " ${DEFAULT-VALUE}).")
        private String connections;

        void apply(BenchSettings.Draft draft) {
            draft.window(BenchValues.bytes("window", window, 64 << 10, 1L << 40))
                    .connections((int) BenchValues.count("connections", connections, 1, 64));
        }
    }
}
