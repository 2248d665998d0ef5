package io.headrace.transport.avro;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;

/** Warns once of each peer, of a bounded number of them. Safe for any thread. */
final class PeerNotes {
    private static final int MOST_PEERS = 1_000;

    private final Set<String> noted = new HashSet<>();
    private final Logger log;

    PeerNotes(Logger log) {
        this.log = log;
    }

    void note(SocketAddress peer, String what) {
        String host = peer instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : String.valueOf(peer);
        boolean isNew;
        synchronized (noted) {
            isNew = noted.size() < MOST_PEERS && noted.add(host + ' ' + what);
        }
        if (isNew) {
            log.warn("{} {}", host, what);
        }
    }
}
