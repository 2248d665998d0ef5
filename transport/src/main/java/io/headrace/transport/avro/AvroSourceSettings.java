package io.headrace.transport.avro;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.config.FrameMemory;
import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsRemarks;
import io.headrace.transport.link.AckLevel;
import io.headrace.transport.net.ListenAddress;
import io.headrace.transport.tls.IpFilterSettings;
import io.headrace.transport.tls.ServerTlsSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Settings of a source {@code avro}. */
public record AvroSourceSettings(
        ListenAddress address,

        @Setting(key = "threads", noEffect = "Flume has not read it since 1.10", doc = "Taken for Flume's sake.")
        Optional<String> threads,

        @Setting(
                key = "compression-type",
                byDefault = "none",
                doc = "What senders are expected to do: none or deflate. The other one is understood as well, with a"
                        + " warning, unless strictCompression says otherwise.")
        Compression compression,

        @Setting(
                key = "strictCompression",
                byDefault = "false",
                doc = "Whether a sender whose compression is not compression-type is refused.")
        boolean strictCompression,

        ServerTlsSettings tls,
        IpFilterSettings ipFilter,

        @Setting(
                key = "ack",
                byDefault = "accepted",
                doc = "When requests are answered with OK: accepted, in the channels as their type promises; or safe,"
                        + " on disk or delivered, so that nothing is lost even with channels in memory.")
        AckLevel ack,

        @Setting(
                key = "maxEventBytes",
                byDefault = "16m",
                unit = "bytes",
                min = 1024,
                max = 512L * 1024 * 1024,
                doc = "Largest event that is taken, headers and body.")
        long maxEventBytes,

        @Setting(
                key = "maxRequestBytes",
                byDefault = "64m",
                unit = "bytes",
                min = 1024,
                max = 1024L * 1024 * 1024,
                doc = "Largest request, which is a batch, that is taken; larger ones are answered with FAILED.")
        long maxRequestBytes,

        @Setting(
                key = "receiveBytes",
                byDefault = "64m",
                unit = "bytes",
                min = 64 * 1024,
                doc = "Bytes of all connections that may be under way or wait for room in the channels; then the"
                        + " source stops reading, from all connections but one. Less by default where channels and sources"
                        + " together would exceed the memory outside the heap.")
        long receiveBytes,

        @Setting(key = "maxConnections", byDefault = "10000", min = 1, doc = "Connections beyond this are closed.")
        int maxConnections,

        @Setting(
                key = "stall-timeout",
                byDefault = "60000",
                unit = "ms",
                min = 1000,
                doc = "A connection of which half a request came, and then nothing for so long, is closed.")
        long stallTimeout,

        @Setting(
                key = "idle-timeout",
                byDefault = "0",
                unit = "ms",
                min = 0,
                doc = "A connection without requests for so long is closed; 0 for never, as Flume's clients may be"
                        + " silent for as long as they like.")
        long idleTimeout,

        @Setting(
                key = "stop-timeout",
                byDefault = "2000",
                unit = "ms",
                min = 0,
                doc = "How long a stopping source goes on answering, so that less is sent again.")
        long stopTimeout)
        implements SettingsRemarks, FrameMemory {

    @Override
    public List<Remark> remarks() {
        List<Remark> remarks = new ArrayList<>();
        if (!tls.ssl()) {
            for (String key : ServerTlsSettings.keysOfTls()) {
                remarks.add(new Remark(Severity.WARNING, key, "has no effect (expected: ssl = true with it)"));
            }
        }
        if (!ipFilter.enabled()) {
            remarks.add(
                    new Remark(Severity.WARNING, "ipFilterRules", "has no effect (expected: ipFilter = true with it)"));
        }
        return remarks;
    }

    @Override
    public Bound frameMemory() {
        return new Bound("receiveBytes", receiveBytes, 0, maxEventBytes);
    }
}
