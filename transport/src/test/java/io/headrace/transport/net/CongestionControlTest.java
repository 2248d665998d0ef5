package io.headrace.transport.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.headrace.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the system says of real sockets. */
class CongestionControlTest {
    private static final RawUnixChannelOption OPTION = new RawUnixChannelOption("TCP_CONGESTION", 6, 13, 16);
    private static final Path ALLOWED = Path.of("/proc/sys/net/ipv4/tcp_allowed_congestion_control");

    private final EventLoops loops = new EventLoops(1);
    private Channel channel;

    @BeforeEach
    void open() throws Exception {
        assumeThat(loops.isEpoll()).isTrue();
        channel = new Bootstrap()
                .group(loops.group())
                .channel(loops.socketChannel())
                .handler(new Nothing())
                .register()
                .sync()
                .channel();
    }

    @AfterEach
    void close() throws Exception {
        if (channel != null) {
            channel.close().sync();
        }
        loops.close();
    }

    @Test
    void shouldSetWhatIsNamed() throws Exception {
        CongestionControl.of("reno").apply(channel, false);
        assertThat(control()).isEqualTo("reno");
    }

    @Test
    void shouldNotPaceWhatStaysOnThisMachine() throws Exception {
        pace();
        CongestionControl.AUTO.apply(channel, true);
        assertThat(control()).isEqualTo("reno");
    }

    @Test
    void shouldLeaveTheSystemsChoiceForAnotherMachine() throws Exception {
        pace();
        CongestionControl.AUTO.apply(channel, false);
        assertThat(control()).isEqualTo("bbr");
    }

    @Test
    void shouldLeaveTheSystemsChoiceWhereSystemIsSaid() throws Exception {
        pace();
        CongestionControl.of("system").apply(channel, true);
        assertThat(control()).isEqualTo("bbr");
    }

    @Test
    void shouldLeaveWhatDoesNotPace() throws Exception {
        String other = Arrays.stream(Files.readString(ALLOWED).trim().split(" "))
                .filter(name -> !name.equals("reno") && !name.startsWith("bbr"))
                .findFirst()
                .orElse("reno");
        CongestionControl.of(other).apply(channel, true);
        CongestionControl.AUTO.apply(channel, true);
        assertThat(control()).isEqualTo(other);
    }

    @Test
    void shouldSayWhichTheSystemDoesNotHave() {
        String before = control();
        assertThatThrownBy(() -> CongestionControl.of("nonesuch").apply(channel, true))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("congestion-control: nonesuch (expected: auto, system, or one of ");
        assertThat(control()).isEqualTo(before);
    }

    @Test
    void shouldRefuseWhatCannotBeAName() {
        for (String wrong : new String[] {"", "BBR", "sixteen_letters_", "reno cubic", "réno"}) {
            assertThatThrownBy(() -> CongestionControl.of(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("congestion-control: " + wrong + " (expected: auto, system, or one of"
                            + " net.ipv4.tcp_available_congestion_control, as bbr, cubic or reno)");
        }
    }

    @Test
    void shouldLeaveNioAloneAndSayThatItCannotChoose() throws Exception {
        MultiThreadIoEventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Channel other = new Bootstrap()
                    .group(nio)
                    .channel(NioSocketChannel.class)
                    .handler(new Nothing())
                    .register()
                    .sync()
                    .channel();
            assertThatCode(() -> CongestionControl.AUTO.apply(other, true)).doesNotThrowAnyException();
            assertThatThrownBy(() -> CongestionControl.of("reno").apply(other, true))
                    .isInstanceOf(IOException.class)
                    .hasMessage("congestion-control: reno (expected: auto or system, where epoll is not available)");
            other.close().sync();
        } finally {
            nio.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void shouldKnowTheAddressesOfThisMachine() throws Exception {
        assertThat(CongestionControl.isLocal(InetAddress.getLoopbackAddress())).isTrue();
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            each.inetAddresses()
                    .forEach(own -> assertThat(CongestionControl.isLocal(own)).isTrue());
        }
        assertThat(CongestionControl.isLocal(InetAddress.getByName("0.0.0.0"))).isTrue();
        assertThat(CongestionControl.isLocal(InetAddress.getByName("::"))).isTrue();
        // TEST-NET-1 of RFC 5737: nobody's.
        assertThat(CongestionControl.isLocal(InetAddress.getByName("192.0.2.1")))
                .isFalse();
    }

    /** Where the system allows it. */
    private void pace() throws IOException {
        assumeThat(Files.readString(ALLOWED)).contains("bbr");
        CongestionControl.of("bbr").apply(channel, false);
        assertThat(control()).isEqualTo("bbr");
    }

    private String control() {
        String padded = StandardCharsets.US_ASCII
                .decode(channel.config().getOption(OPTION))
                .toString();
        return padded.substring(0, padded.indexOf(0));
    }

    private static final class Nothing extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel added) {}
    }
}
