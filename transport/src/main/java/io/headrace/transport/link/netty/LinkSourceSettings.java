package io.headrace.transport.link.netty;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.config.FrameMemory;
import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsRemarks;
import io.headrace.transport.link.AckLevel;
import io.headrace.transport.link.Dedupe;
import io.headrace.transport.net.ListenAddress;
import io.headrace.wal.OriginPairs;
import java.util.ArrayList;
import java.util.List;

/** Settings of a source {@code link}. */
public record LinkSourceSettings(
        ListenAddress address,

        @Setting(
                key = "receiveBytes",
                byDefault = "64m",
                unit = "bytes",
                min = 64 * 1024,
                doc = "Bytes of all connections that may be under way or wait for room in the channels; then"
                        + " senders wait. Less by default where channels and sources together would exceed the memory"
                        + " outside the heap.")
        long receiveBytes,

        @Setting(
                key = "ack",
                byDefault = "accepted",
                doc = "When frames are answered: accepted, in the channels as their type promises; or safe, on"
                        + " disk or delivered, so that nothing is lost even with channels in memory.")
        AckLevel ack,

        @Setting(
                key = "dedupe",
                byDefault = "none",
                doc =
                        "What is left out beside what came twice over one stream, which always is: origin, also batches that"
                                + " came before over another stream, as where a sink group moved them to another collector.")
        Dedupe dedupe,

        @Setting(
                key = "dedupe.window",
                byDefault = "262144",
                unit = "batches",
                min = 1,
                max = OriginPairs.MAX_LIMIT,
                doc = "Batches that each channel remembers for dedupe = origin, in memory and in checkpoints; those of"
                        + " senders not heard of for longest are forgotten first.")
        int dedupeWindow,

        @Setting(
                key = "maxEventBytes",
                byDefault = "16m",
                unit = "bytes",
                min = 1024,
                max = 512L * 1024 * 1024,
                doc = "Largest event that is taken, headers and body.")
        long maxEventBytes,

        @Setting(key = "maxConnections", byDefault = "10000", min = 1, doc = "Connections beyond this are closed.")
        int maxConnections,

        @Setting(
                key = "handshake-timeout",
                byDefault = "10000",
                unit = "ms",
                min = 100,
                doc = "A connection that has not introduced itself by then is closed.")
        long handshakeTimeout,

        @Setting(
                key = "idle-timeout",
                byDefault = "60000",
                unit = "ms",
                min = 1000,
                doc =
                        "A connection that is silent for so long is closed; it is asked after three to four eighths of it."
                                + " Sinks without events that nobody asks speak every 40 seconds.")
        long idleTimeout,

        @Setting(
                key = "stop-timeout",
                byDefault = "2000",
                unit = "ms",
                min = 0,
                doc = "How long a stopping source goes on answering, so that less is sent again.")
        long stopTimeout,

        LinkSourceSecurity security)
        implements SettingsRemarks, FrameMemory {
    @Override
    public List<Remark> remarks() {
        List<Remark> all = new ArrayList<>(security.tls().remarks());
        if (!security.addresses().enabled()) {
            all.add(new Remark(Severity.WARNING, "ipFilterRules", "has no effect (ipFilter = false)"));
        }
        if (dedupe == Dedupe.NONE) {
            all.add(new Remark(Severity.WARNING, "dedupe.window", "has no effect (dedupe = none)"));
        }
        return all;
    }

    @Override
    public Bound frameMemory() {
        return new Bound("receiveBytes", receiveBytes, 0, maxEventBytes);
    }
}
