package io.headrace.client;

import io.headrace.transport.link.DialHandler;
import io.headrace.transport.link.LinkDialer;
import io.headrace.transport.link.LinkHealth;
import io.headrace.transport.link.LinkOutput;
import io.headrace.transport.link.LinkSender;
import io.headrace.transport.net.SocketDialer;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream and the hosts it may go to, one at a time: the first of them, and when it cannot be reached or refuses, the next.
 * A connection that breaks is made again to the same host first, which knows what it has. Used on the event loop; {@link
 * #isUp}, {@link #trouble} and {@link #host} are for any thread.
 */
final class Lane implements LinkDialer, LinkHealth {
    private static final Logger LOG = LoggerFactory.getLogger(EventClient.class);

    private final List<SocketDialer> dialers;
    private LinkSender sender;
    private volatile int host;
    private volatile boolean up;
    private volatile String trouble = "not connected yet";
    private boolean dialled;
    private boolean worked;

    Lane(List<SocketDialer> dialers) {
        this.dialers = dialers;
        for (int i = 0; i < dialers.size(); i++) {
            dialers.get(i).attach(new OfHost(i));
        }
    }

    void attach(LinkSender toDrive) {
        sender = toDrive;
    }

    LinkSender sender() {
        return sender;
    }

    /** The host that is connected, or tried. */
    int host() {
        return host;
    }

    /** Whether it delivers, or did until a moment ago and has not failed to connect since. */
    boolean isUp() {
        return up;
    }

    /** Why it does not deliver now, or empty. */
    String trouble() {
        return trouble;
    }

    @Override
    public String target() {
        return dialers.get(host).target();
    }

    @Override
    public void dial() {
        if (dialled && !worked && dialers.size() > 1) {
            int next = (host + 1) % dialers.size();
            LOG.warn("{}; trying {} instead", trouble, dialers.get(next).target());
            host = next;
        }
        dialled = true;
        worked = false;
        dialers.get(host).dial();
    }

    @Override
    public void healthy(String detail) {
        if (!trouble.isEmpty()) {
            LOG.info("{}", detail);
        }
        worked = true;
        up = true;
        // Last: who sees that there is no trouble appends to this host.
        trouble = "";
    }

    @Override
    public void unhealthy(String reason) {
        if (!reason.equals(trouble)) {
            LOG.warn("{}", reason);
        }
        trouble = reason;
        // A connection that breaks is made again; one that cannot be made is somebody else's to replace.
        up = up && worked;
    }

    /** What one host's dialer says, if it is still that one's turn. */
    private final class OfHost implements DialHandler {
        private final int own;

        OfHost(int own) {
            this.own = own;
        }

        @Override
        public void connected(LinkOutput connection) {
            if (own == host) {
                sender.connected(connection);
            } else {
                connection.close();
            }
        }

        @Override
        public void dialFailed(String why) {
            if (own == host) {
                sender.dialFailed(why);
            }
        }

        @Override
        public void received(LinkOutput connection, ByteBuf bytes) {
            sender.received(connection, bytes);
        }

        @Override
        public void disconnected(LinkOutput connection, String why) {
            sender.disconnected(connection, why);
        }
    }
}
