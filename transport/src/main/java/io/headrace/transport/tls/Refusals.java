package io.headrace.transport.tls;

import io.headrace.engine.metrics.Counter;
import io.headrace.engine.metrics.MetricGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;

/**
 * Who was refused, and why: counted by reason, and logged once for each peer and minute, however often it comes. Safe
 * for any thread.
 */
public final class Refusals {
    /** Why; each has a counter {@code Refused...Count}. */
    public enum Reason {
        /** Its address is not allowed. */
        ADDRESS("RefusedAddressCount"),
        /** More connections than are taken. */
        CONNECTIONS("RefusedConnectionsCount"),
        /** Nothing, or too little, was said in time. */
        TIMEOUT("RefusedTimeoutCount"),
        /** It speaks TLS where none is spoken, or none where it is, or it broke off. */
        TLS("RefusedTlsCount"),
        /** It has no certificate, or none that is trusted or valid. */
        CERTIFICATE("RefusedCertificateCount"),
        /** Its certificate is for somebody who may not come. */
        SUBJECT("RefusedSubjectCount"),
        /** Its token is missing, wrong, or came without TLS. */
        TOKEN("RefusedTokenCount"),
        /** It sends a stream that belongs to somebody else. */
        STREAM("RefusedStreamCount"),
        /** What it sends is not the protocol. */
        PROTOCOL("RefusedProtocolCount");

        private final String counter;

        Reason(String counter) {
            this.counter = counter;
        }
    }

    private static final long SILENT_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST_PEERS = 1_000;
    private static final int MOST_LINES = 100;

    private static final class Peer {
        private long loggedNanos;
        private long silent;
    }

    private final Map<Reason, Counter> counters = new EnumMap<>(Reason.class);
    private final Map<String, Peer> peers = new LinkedHashMap<>(16, 0.75f, true);
    private final Logger log;
    private final NanoClock clock;
    private long minuteNanos;
    private int linesOfMinute;

    public Refusals(MetricGroup metrics, Logger log, NanoClock clock) {
        this.log = log;
        this.clock = clock;
        this.minuteNanos = clock.nanoTime();
        for (Reason reason : Reason.values()) {
            counters.put(reason, metrics.counter(reason.counter));
        }
    }

    /** @param why for people; ends with what was expected */
    public void refused(Reason reason, SocketAddress address, String why) {
        counters.get(reason).increment();
        String peer = hostOf(address);
        long silent;
        boolean last;
        synchronized (peers) {
            silent = silentBefore(peer);
            if (silent < 0) {
                return;
            }
            last = ++linesOfMinute == MOST_LINES;
        }
        log.warn(
                "refused {}: {}{}{}",
                peer,
                why,
                silent == 0 ? "" : "; " + silent + " more refusals of it since the last such line",
                last ? "; others are only counted for a minute" : "");
    }

    /** How often the peer was refused without a line; -1 when it is too early for one. */
    private long silentBefore(String peer) {
        long now = clock.nanoTime();
        if (now - minuteNanos >= SILENT_NANOS) {
            minuteNanos = now;
            linesOfMinute = 0;
        }
        Peer known = peers.get(peer);
        if (known == null) {
            if (linesOfMinute >= MOST_LINES) {
                return -1;
            }
            if (peers.size() >= MOST_PEERS) {
                peers.remove(peers.keySet().iterator().next());
            }
            known = new Peer();
            peers.put(peer, known);
        } else if (now - known.loggedNanos < SILENT_NANOS || linesOfMinute >= MOST_LINES) {
            known.silent++;
            return -1;
        }
        known.loggedNanos = now;
        long silent = known.silent;
        known.silent = 0;
        return silent;
    }

    private static String hostOf(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : String.valueOf(address);
    }
}
