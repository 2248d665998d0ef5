package io.headrace.transport.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.headrace.transport.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sender is told of real sockets, once each, on its loop; and what becomes of the socket. */
class SocketDialerTest {
    private static final RawUnixChannelOption CONGESTION = new RawUnixChannelOption("TCP_CONGESTION", 6, 13, 16);
    private static final Path SYSTEMS = Path.of("/proc/sys/net/ipv4/tcp_congestion_control");
    private static final String CONNECTED = "connected";
    private static final long LONG_SECONDS = 30;

    private final EventLoops loops = new EventLoops(1);
    private final EventLoop loop = loops.next();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final List<Channel> channels = new CopyOnWriteArrayList<>();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        loops.close();
    }

    @Test
    void shouldNotBePacedToItsOwnMachine() throws Exception {
        assumeThat(loops.isEpoll()).isTrue();
        assumeThat(Files.readString(SYSTEMS)).startsWith("bbr");
        dialer(CongestionControl.AUTO, loop).dial();
        assertThat(next()).isEqualTo(CONNECTED);
        assertThat(control()).isEqualTo("reno");
    }

    /** Another one than {@code auto} would give. */
    @Test
    void shouldConnectWithTheControlThatIsNamed() throws Exception {
        assumeThat(loops.isEpoll()).isTrue();
        String named = Files.readString(SYSTEMS).startsWith("bbr") ? "bbr" : "reno";
        dialer(CongestionControl.of(named), loop).dial();
        assertThat(next()).isEqualTo(CONNECTED);
        assertThat(control()).isEqualTo(named);
    }

    @Test
    void shouldTellOnceAndCloseTheSocketWhenTheControlIsNotThere() throws Exception {
        SocketDialer dialer = dialer(CongestionControl.of("nonesuch"), loop);
        dialer.dial();
        assertThat(next()).startsWith("failed: congestion-control: nonesuch (expected: ");
        assertIsOver();
    }

    @Test
    void shouldTellOnceAndCloseTheSocketWhenNobodyListens() throws Exception {
        SocketDialer dialer = dialer(CongestionControl.AUTO, loop);
        server.close();
        dialer.dial();
        assertThat(next()).isEqualTo("failed: connection refused");
        assertIsOver();
    }

    /** A loop of another kind takes no such socket. */
    @Test
    void shouldTellThatTheLoopDoesNotTakeTheSocket() throws Exception {
        assumeThat(loops.isEpoll()).isTrue();
        MultiThreadIoEventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            dialer(CongestionControl.AUTO, nio.next()).dial();
            assertThat(next()).startsWith("failed: ");
        } finally {
            nio.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    /** The system says so before there is a channel, which Netty tells on a thread of its own. */
    @Test
    void shouldTellOnItsLoopThatNoDescriptorIsLeft(@TempDir Path folder) throws Exception {
        Path out = folder.resolve("out");
        ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        closed.close();
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n 400; exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        WithoutDescriptors.class.getName(),
                        Integer.toString(server.getLocalPort()),
                        Integer.toString(closed.getLocalPort()))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(process.waitFor(4 * LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as("%s", Files.readString(out)).isZero();
        assertThat(Files.readAllLines(out).stream()
                        .filter(line -> line.startsWith(WithoutDescriptors.PREFIX))
                        .map(line -> line.substring(WithoutDescriptors.PREFIX.length())))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("failed: connection refused"),
                        line -> assertThat(line).isEqualTo(CONNECTED),
                        line -> assertThat(line).contains("Too many open files"),
                        line -> assertThat(line).isEqualTo("failed: too many open files"),
                        line -> assertThat(line).isEqualTo("failed: too many open files"),
                        line -> assertThat(line).isEqualTo(CONNECTED));
    }

    private SocketDialer dialer(CongestionControl congestion, EventLoop used) {
        SocketDialer dialer = new SocketDialer(
                loops,
                used,
                new DialTarget("127.0.0.1", server.getLocalPort(), 5_000, false, congestion),
                channels::add,
                address -> null,
                () -> {},
                () -> {});
        dialer.attach(new ToldOnLoop(used, told));
        return dialer;
    }

    private String next() throws InterruptedException {
        return told.poll(LONG_SECONDS, TimeUnit.SECONDS);
    }

    private String control() {
        String padded = StandardCharsets.US_ASCII
                .decode(channels.get(0).config().getOption(CONGESTION))
                .toString();
        return padded.substring(0, padded.indexOf(0));
    }

    private void assertIsOver() throws Exception {
        assertThat(channels).hasSize(1);
        assertThat(channels.get(0).closeFuture().await(LONG_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        loop.submit(() -> {}).sync();
        assertThat(told).isEmpty();
    }
}
