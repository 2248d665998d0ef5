package io.headrace.transport.tls;

import java.util.List;

/** Protocols and cipher suites; null for those that the provider takes by itself. */
public record TlsNames(List<String> protocols, List<String> suites) {
    /** What the provider takes by itself. */
    public static final TlsNames USUAL = new TlsNames(null, null);
}
