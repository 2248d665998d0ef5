package io.headrace.transport.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the system's congestion controls a connection has that sends ({@code TCP_CONGESTION} of {@code tcp(7)}, Linux with
 * epoll). BBR paces: it spreads over time what is sent, by timers, at the rate it takes the line to have. To a peer on the same
 * machine there is no line to find out about, so that those timers only cost; {@code benchmarks/RESULTS.md} has the figures.
 * Immutable.
 */
public final class CongestionControl {
    /** The system's, but {@link #UNPACED} to this machine where the system's paces. */
    public static final CongestionControl AUTO = new CongestionControl("auto");

    /** The system's. */
    public static final CongestionControl SYSTEM = new CongestionControl("system");

    private static final Logger LOG = LoggerFactory.getLogger(CongestionControl.class);

    /** Every Linux has it, and allows it to everybody unless told otherwise. */
    private static final String UNPACED = "reno";

    private static final String PACED = "bbr";

    /** {@code TCP_CA_NAME_MAX} of Linux, with the zero at the end. */
    private static final int NAME_BYTES = 16;

    private static final int IPPROTO_TCP = 6;
    private static final int TCP_CONGESTION = 13;
    private static final RawUnixChannelOption OPTION =
            new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, NAME_BYTES);
    private static final String KEY = "congestion-control: ";
    private static final String EXPECTED =
            " (expected: auto, system, or one of net.ipv4.tcp_available_congestion_control";
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1," + (NAME_BYTES - 1) + "}");

    private final String name;

    private CongestionControl(String name) {
        this.name = name;
    }

    /**
     * @param name {@code auto}, {@code system}, or one of {@code net.ipv4.tcp_available_congestion_control}
     * @throws IllegalArgumentException when nothing can have that name; the message begins with the key
     */
    public static CongestionControl of(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(KEY + name + EXPECTED + ", as bbr, cubic or reno)");
        }
        return name.equals(AUTO.name) ? AUTO : name.equals(SYSTEM.name) ? SYSTEM : new CongestionControl(name);
    }

    /** Whether an address is one of this machine; asks the system, so not for event loops. */
    public static boolean isLocal(InetAddress address) {
        try {
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            LOG.debug("cannot tell whether {} is an address of this machine", address, e);
            return false;
        }
    }

    /**
     * To be called before the channel connects: what paces goes on to do so.
     *
     * @param local whether the peer is on this machine
     * @throws IOException when the one that was named cannot be had
     */
    public void apply(Channel channel, boolean local) throws IOException {
        if (this == AUTO) {
            if (local && paces(channel)) {
                trySet(channel);
            }
        } else if (this != SYSTEM) {
            set(channel);
        }
    }

    private void set(Channel channel) throws IOException {
        try {
            if (!channel.config().setOption(OPTION, bytes(name))) {
                throw new IOException(KEY + name + " (expected: auto or system, where epoll is not available)");
            }
        } catch (ChannelException e) {
            throw new IOException(
                    KEY + name + EXPECTED + " that net.ipv4.tcp_allowed_congestion_control has, too): " + reason(e), e);
        }
    }

    private static void trySet(Channel channel) {
        try {
            channel.config().setOption(OPTION, bytes(UNPACED));
        } catch (ChannelException e) {
            LOG.debug("congestion control stays {}", PACED, e);
        }
    }

    private static boolean paces(Channel channel) {
        try {
            ByteBuffer own = channel.config().getOption(OPTION);
            return own != null
                    && StandardCharsets.US_ASCII.decode(own).toString().startsWith(PACED);
        } catch (ChannelException e) {
            LOG.debug("the system does not tell its congestion control", e);
            return false;
        }
    }

    private static String reason(ChannelException e) {
        return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    }

    /** With zeros to the end. */
    private static ByteBuffer bytes(String name) {
        ByteBuffer bytes = ByteBuffer.allocate(NAME_BYTES).put(name.getBytes(StandardCharsets.US_ASCII));
        return bytes.rewind();
    }

    @Override
    public String toString() {
        return name;
    }
}
