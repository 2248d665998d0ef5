package io.headrace.transport.tls;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What settings that a component does not have fall back to: Java's system properties, then Flume's variables of the
 * environment. Immutable; reads its two sources at each call.
 */
public final class TlsDefaults {
    private final UnaryOperator<String> properties;
    private final UnaryOperator<String> environment;

    /** @param properties system properties; null for what is not there, as from {@code environment} */
    TlsDefaults(UnaryOperator<String> properties, UnaryOperator<String> environment) {
        this.properties = properties;
        this.environment = environment;
    }

    /** Those of this process. */
    public static TlsDefaults ofProcess() {
        return new TlsDefaults(System::getProperty, System::getenv);
    }

    /** {@code what} as in the names of the properties: {@code keyStore}, {@code trustStorePassword} ...; or null. */
    String store(String what) {
        String part = what.endsWith("Password") ? "PASSWORD" : what.endsWith("Type") ? "TYPE" : "PATH";
        String store = what.startsWith("key") ? "KEYSTORE" : "TRUSTSTORE";
        return find("javax.net.ssl." + what, "FLUME_SSL_" + store + '_' + part);
    }

    /** {@code how} is include or exclude, {@code what} protocols or cipherSuites; empty for none. */
    List<String> list(String how, String what) {
        String found = find(
                "flume.ssl." + how + '.' + what,
                "FLUME_SSL_" + how.toUpperCase(java.util.Locale.ROOT) + '_' + what.toUpperCase(java.util.Locale.ROOT));
        return found == null ? List.of() : List.of(found.trim().split("[\\s,]+"));
    }

    private String find(String property, String variable) {
        String found = properties.apply(property);
        if (found == null || found.isBlank()) {
            found = environment.apply(variable);
        }
        return found == null || found.isBlank() ? null : found;
    }
}
