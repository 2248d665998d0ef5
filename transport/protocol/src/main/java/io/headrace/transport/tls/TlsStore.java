package io.headrace.transport.tls;

import java.nio.file.Path;

/** A file of keys or certificates with its type and password, which may be null; no record, so that nothing prints it. */
public final class TlsStore {
    private final Path path;
    private final String type;
    private final String password;

    /** @param type JKS, PKCS12 or PEM */
    public TlsStore(Path path, String type, String password) {
        this.path = path;
        this.type = type;
        this.password = password;
    }

    Path path() {
        return path;
    }

    String type() {
        return type;
    }

    String password() {
        return password;
    }
}
