package io.headrace.transport.tls;

import io.headrace.engine.config.Setting;
import java.util.List;

/** Which protocols and cipher suites may be spoken; keys as in Flume. A part of other settings. */
public record TlsProtocols(
        @Setting(
                key = "include-protocols",
                doc = "TLS protocols that may be spoken. Default: what -Dflume.ssl.include.protocols or"
                        + " FLUME_SSL_INCLUDE_PROTOCOLS say, else those that Java enables.")
        List<String> includeProtocols,

        @Setting(
                key = "exclude-protocols",
                doc = "TLS protocols that are not spoken, besides SSLv3. Default: what -Dflume.ssl.exclude.protocols or"
                        + " FLUME_SSL_EXCLUDE_PROTOCOLS say.")
        List<String> excludeProtocols,

        @Setting(
                key = "include-cipher-suites",
                doc = "Cipher suites that may be used. Default: what -Dflume.ssl.include.cipherSuites or"
                        + " FLUME_SSL_INCLUDE_CIPHERSUITES say, else those that Java enables.")
        List<String> includeCipherSuites,

        @Setting(
                key = "exclude-cipher-suites",
                doc = "Cipher suites that are not used. Default: what -Dflume.ssl.exclude.cipherSuites or"
                        + " FLUME_SSL_EXCLUDE_CIPHERSUITES say.")
        List<String> excludeCipherSuites) {
    /** Nothing configured. */
    public static final TlsProtocols DEFAULT = new TlsProtocols(List.of(), List.of(), List.of(), List.of());
}
