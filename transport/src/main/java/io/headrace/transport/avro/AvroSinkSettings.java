package io.headrace.transport.avro;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.engine.config.Setting;
import io.headrace.engine.config.SettingsRemarks;
import io.headrace.transport.net.PauseSettings;
import io.headrace.transport.tls.ClientTlsSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Settings of a sink {@code avro}. */
public record AvroSinkSettings(
        @Setting(key = "hostname", word = true, doc = "Host name or address of the agent with the source.")
        String hostname,

        @Setting(key = "port", min = 1, max = 65535, doc = "Port of its source.")
        int port,

        @Setting(
                key = "batch-size",
                byDefault = "100",
                unit = "events",
                min = 1,
                doc =
                        "Most events of a request. A Flume source puts a request into its channels as one transaction: not"
                                + " more than the transactionCapacity there.")
        int batchSize,

        @Setting(
                key = "connect-timeout",
                byDefault = "20000",
                unit = "ms",
                min = 100,
                doc = "How long it may take from dialling to the end of the handshake.")
        long connectTimeout,

        @Setting(
                key = "request-timeout",
                byDefault = "20000",
                unit = "ms",
                min = 100,
                doc = "How long an answer may take before the connection is given up and everything without an answer"
                        + " is sent again.")
        long requestTimeout,

        @Setting(
                key = "reset-connection-interval",
                byDefault = "0",
                unit = "s",
                min = 0,
                max = 365 * 24 * 3600,
                doc =
                        "Age at which a connection is replaced by a new one, for the sake of load balancers; 0 for never.")
        long resetConnectionInterval,

        @Setting(
                key = "requests-in-flight",
                min = 1,
                max = 1024,
                doc =
                        "Requests sent before the first of them is answered. Default: 32 to a source of Headrace; 1 to one"
                                + " of Flume, which from 1.10 on may put them in another order.")
        Optional<Integer> requestsInFlight,

        @Setting(
                key = "compression-type",
                byDefault = "none",
                doc = "none or deflate; what the source has, if it is Flume's.")
        Compression compression,

        @Setting(
                key = "compression-level",
                byDefault = "6",
                min = 0,
                max = 9,
                doc = "Of deflate: 0 for none, 1 for speed, 9 for size.")
        int compressionLevel,

        ClientTlsSettings tls,

        @Setting(
                key = "ssl-deflate-order",
                byDefault = "deflate-outside",
                doc =
                        "With ssl and deflate together: deflate-outside deflates what is encrypted, as Flume 1.10 and 1.11"
                                + " do; ssl-outside encrypts what is deflated, as Flume 1.9 does. Headrace takes both.")
        SslDeflateOrder sslDeflateOrder,

        @Setting(key = "maxIoWorkers", noEffect = "Flume has not read it since 1.10", doc = "Taken for Flume's sake.")
        Optional<String> maxIoWorkers,

        PauseSettings pauses)
        implements SettingsRemarks {

    @Override
    public List<Remark> remarks() {
        List<Remark> remarks = new ArrayList<>();
        boolean deflates = compression == Compression.DEFLATE;
        if (!tls.ssl()) {
            for (String key : ClientTlsSettings.keysOfTls()) {
                remarks.add(new Remark(Severity.WARNING, key, "has no effect (expected: ssl = true with it)"));
            }
        }
        if (!deflates) {
            remarks.add(new Remark(
                    Severity.WARNING,
                    "compression-level",
                    "has no effect (expected: compression-type = deflate with it)"));
        }
        if (!deflates || !tls.ssl()) {
            remarks.add(new Remark(
                    Severity.WARNING,
                    "ssl-deflate-order",
                    "has no effect (expected: ssl = true and compression-type = deflate with it)"));
        }
        if (requestsInFlight.orElse(1) > 1) {
            remarks.add(new Remark(
                    Severity.NOTICE,
                    "requests-in-flight",
                    "order is kept only by sources of Headrace and of Flume up to 1.9"));
        }
        return remarks;
    }
}
