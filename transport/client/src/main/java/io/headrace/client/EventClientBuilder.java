package io.headrace.client;

import io.headrace.frame.FrameLayout;
import io.headrace.frame.Headers;
import io.headrace.transport.tls.TlsContext;
import io.headrace.transport.tls.TlsMaker;
import io.headrace.transport.tls.TlsNames;
import io.headrace.transport.tls.TlsStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** What an {@link EventClient} is to be like. Owned by one thread; values that make no sense are refused by name. */
public final class EventClientBuilder {
    private static final int LEAST_PENDING = 64 * 1024;
    private static final int MOST_PORT = 65_535;

    private final List<InetSocketAddress> hosts = new ArrayList<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private String name = "client";
    private boolean balances;
    private Supplier<String> token = () -> "";
    private boolean plainToken;
    private boolean ssl;
    private boolean trustAll;
    private boolean verifies = true;
    private TlsStore trusted;
    private TlsStore keys;
    private long maxPendingBytes = 64L * 1024 * 1024;
    private int maxEventBytes = FrameLayout.DEFAULT_MAX_EVENT_BYTES;
    private long windowBytes = 16L * 1024 * 1024;
    private int appendTimeout = 30_000;
    private int closeTimeout = 10_000;
    private int connectTimeout = 20_000;
    private int requestTimeout = 20_000;
    private int maxBackoff = 5_000;

    EventClientBuilder(String... given) {
        for (String host : given) {
            hosts.add(address(host));
        }
        if (hosts.isEmpty()) {
            throw new IllegalArgumentException("hosts: none (expected: at least one HOST:PORT)");
        }
    }

    private static InetSocketAddress address(String host) {
        int colon = host.lastIndexOf(':');
        String port = host.substring(colon + 1);
        boolean isPort = port.matches("\\d{1,5}") && Integer.parseInt(port) <= MOST_PORT && !port.matches("0+");
        if (colon < 1 || !isPort) {
            throw new IllegalArgumentException("host: " + host + " (expected: HOST:PORT)");
        }
        String name = host.substring(0, colon);
        boolean bracketed = name.startsWith("[") && name.endsWith("]");
        return InetSocketAddress.createUnresolved(
                bracketed ? name.substring(1, name.length() - 1) : name, Integer.parseInt(port));
    }

    /** Uses all hosts that work at once, appends in turn, in place of the first that works. */
    public EventClientBuilder loadBalance() {
        balances = true;
        return this;
    }

    /** Shown to collectors, for their logs. Default: {@code client}. */
    public EventClientBuilder name(String shown) {
        name = Objects.requireNonNull(shown, "name");
        return this;
    }

    /** A header of every event that has none of that name. */
    public EventClientBuilder header(String headerName, String value) {
        headers.put(Objects.requireNonNull(headerName, "headerName"), Objects.requireNonNull(value, headerName));
        return this;
    }

    /** The secret to show to collectors, asked for before each connection, on a thread that may block; empty for none. */
    public EventClientBuilder token(Supplier<String> asked) {
        token = Objects.requireNonNull(asked, "token");
        return this;
    }

    /** Lets the token go over a plain connection to another machine. */
    public EventClientBuilder allowPlainToken() {
        plainToken = true;
        return this;
    }

    /** Speaks TLS, and trusts whom Java trusts. */
    public EventClientBuilder ssl() {
        ssl = true;
        return this;
    }

    /**
     * Speaks TLS, and trusts those whose certificates are in a file, which is read again when it has changed.
     *
     * @param type JKS or PKCS12, of which JKS reads both, or PEM
     * @param password null for none
     */
    public EventClientBuilder trustStore(Path file, String type, String password) {
        ssl = true;
        trusted = new TlsStore(file, type, password);
        return this;
    }

    /** Speaks TLS, and shows its own certificate; see {@link #trustStore}. */
    public EventClientBuilder keyStore(Path file, String type, String password) {
        ssl = true;
        keys = new TlsStore(file, type, password);
        return this;
    }

    /** Takes certificates that are for other hosts than the one that is connected to. */
    public EventClientBuilder anyHostname() {
        verifies = false;
        return this;
    }

    /** Speaks TLS, and takes any certificate, from anybody: for tests only. */
    public EventClientBuilder trustAll() {
        ssl = true;
        trustAll = true;
        return this;
    }

    /**
     * Bytes that may be pending before appends wait, without an acknowledgement, or with one and behind a callback that
     * runs; the last one let in may be more. Default: 64 MiB.
     */
    public EventClientBuilder maxPendingBytes(long bytes) {
        if (bytes < LEAST_PENDING) {
            throw new IllegalArgumentException("maxPendingBytes: " + bytes + " (expected: >= " + LEAST_PENDING + ")");
        }
        maxPendingBytes = bytes;
        return this;
    }

    /** Largest event, headers and body; not more than the collectors take. Default: 16 MiB. */
    public EventClientBuilder maxEventBytes(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("maxEventBytes: " + bytes + " (expected: >= 1)");
        }
        maxEventBytes = bytes;
        return this;
    }

    /** Bytes that may be sent to a host and not acknowledged. Default: 16 MiB. */
    public EventClientBuilder window(long bytes) {
        if (bytes < LEAST_PENDING) {
            throw new IllegalArgumentException("window: " + bytes + " (expected: >= " + LEAST_PENDING + ")");
        }
        windowBytes = bytes;
        return this;
    }

    /** How long an append waits for room. Default: 30 s; zero for not at all. */
    public EventClientBuilder appendTimeout(Duration time) {
        appendTimeout = EventClient.millis(time, "appendTimeout");
        return this;
    }

    /** How long {@link EventClient#close()} waits for acknowledgements. Default: 10 s. */
    public EventClientBuilder closeTimeout(Duration time) {
        closeTimeout = EventClient.millis(time, "closeTimeout");
        return this;
    }

    /** How long it may take until a host has said its welcome. Default: 20 s. */
    public EventClientBuilder connectTimeout(Duration time) {
        connectTimeout = EventClient.millis(time, "connectTimeout");
        return this;
    }

    /** A connection over which nothing is heard for so long is given up. Default: 20 s. */
    public EventClientBuilder requestTimeout(Duration time) {
        requestTimeout = EventClient.millis(time, "requestTimeout");
        return this;
    }

    /** Longest pause before a connection is tried again; the first is of 100 ms. Default: 5 s. */
    public EventClientBuilder maxBackoff(Duration time) {
        maxBackoff = EventClient.millis(time, "maxBackoff");
        return this;
    }

    /**
     * Begins; hosts are connected to in the background.
     *
     * @throws IOException when key or trust store cannot be used, with what was expected
     */
    public EventClient open() throws IOException {
        TlsContext tls = ssl
                ? TlsMaker.client(
                        trustAll,
                        trusted,
                        "PKIX",
                        keys,
                        verifies && !trustAll,
                        TlsNames.USUAL,
                        System::currentTimeMillis)
                : null;
        return new EventClient(new ClientSettings(
                name,
                List.copyOf(hosts),
                balances && hosts.size() > 1,
                Headers.of(headers),
                token,
                plainToken,
                tls,
                maxPendingBytes,
                maxEventBytes,
                windowBytes,
                appendTimeout,
                closeTimeout,
                connectTimeout,
                requestTimeout,
                maxBackoff));
    }
}
