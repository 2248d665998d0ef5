package io.headrace.transport.link.netty;

import io.headrace.engine.config.CompressionSettings;
import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsRemarks;
import io.headrace.transport.net.CongestionControl;
import io.headrace.transport.net.PauseSettings;
import java.util.ArrayList;
import java.util.List;

/** Settings of a sink {@code link}; names as of Flume's Avro sink where it has them. */
public record LinkSinkSettings(
        @Setting(key = "hostname", word = true, doc = "Host of the source 'link' to send to.")
        String hostname,

        @Setting(key = "port", min = 1, max = 65535, doc = "Port of the source 'link' to send to.")
        int port,

        @Setting(
                key = "batch-size",
                byDefault = "10000",
                unit = "events",
                min = 1,
                doc = "Most events taken from the channel at once; whole frames, at least one.")
        int batchSize,

        @Setting(
                key = "batch-bytes",
                byDefault = "1m",
                unit = "bytes",
                min = 1024,
                doc = "Most bytes taken from the channel at once.")
        long batchBytes,

        @Setting(
                key = "window",
                byDefault = "32m",
                unit = "bytes",
                min = 64 * 1024,
                doc = "Most bytes sent and not acknowledged: more keeps a long line busy, and comes again after a"
                        + " broken connection; one frame is always allowed.")
        long window,

        @Setting(
                key = "connections",
                byDefault = "1",
                min = 1,
                max = 64,
                doc =
                        "Connections to the source, for a long line that one does not fill. The frames of a producer go over"
                                + " one of them, so that order within a source holds.")
        int connections,

        @Setting(
                key = "sendfile",
                byDefault = "false",
                doc = "Frames of 32 KiB and more that are only in the log are sent straight from there, verified by the"
                        + " receiver; not over TLS, nor with compression = zstd here.")
        boolean sendfile,

        @Setting(
                key = "congestion-control",
                byDefault = "auto",
                word = true,
                doc =
                        "What decides how fast may be sent: auto, as the system has it, but to this machine never paced"
                                + " (BBR); system; or one of net.ipv4.tcp_available_congestion_control, as bbr for a long line.")
        String congestionControl,

        @Setting(
                key = "connect-timeout",
                byDefault = "20000",
                unit = "ms",
                min = 100,
                doc = "How long it may take from dialling to the receiver's welcome.")
        long connectTimeout,

        @Setting(
                key = "request-timeout",
                byDefault = "20000",
                unit = "ms",
                min = 100,
                doc = "A connection over which nothing is heard for so long is given up; it is probed before.")
        long requestTimeout,

        PauseSettings pauses,

        CompressionSettings compression,
        LinkSinkSecurity security)
        implements SettingsRemarks {
    public LinkSinkSettings {
        CongestionControl.of(congestionControl);
    }

    @Override
    public List<Remark> remarks() {
        List<Remark> remarks = new ArrayList<>(compression.remarks());
        remarks.addAll(security.tls().remarks());
        return remarks;
    }
}
