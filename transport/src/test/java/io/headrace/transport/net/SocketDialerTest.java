package io.headrace.transport.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.headrace.transport.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a sender is told of real sockets, once each, on its loop; and what becomes of the socket. */
class SocketDialerTest {
    private static final RawUnixChannelOption CONGESTION = new RawUnixChannelOption("TCP_CONGESTION", 6, 13, 16);
    private static final Path SYSTEMS = Path.of("/proc/sys/net/ipv4/tcp_congestion_control");
    private static final String CONNECTED = "connected";
    private static final long LONG_SECONDS = 30;
    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");
    private static final int STANDARD_STREAMS = 3;
    private static final int ENOUGH = 400;

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
    void shouldTellOnItsLoopThatNoDescriptorIsLeft() throws Exception {
        assumeThat(PRLIMIT).isExecutable();
        ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        closed.close();
        Process process = new ProcessBuilder(
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
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader()) {
            List<String> said = nextOf(out, 2, lines);
            assertThat(said).as(() -> lines.toString()).containsExactly("failed: connection refused", CONNECTED);
            limit(process, STANDARD_STREAMS);
            said = nextOf(out, 3, lines);
            assertThat(said).as(() -> lines.toString()).hasSize(3);
            assertThat(said.get(0)).contains("Too many open files");
            assertThat(said.subList(1, 3)).containsOnly("failed: too many open files");
            limit(process, ENOUGH);
            assertThat(nextOf(out, 1, lines)).as(() -> lines.toString()).containsExactly(CONNECTED);
            assertThat(process.waitFor(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(() -> lines.toString()).isZero();
    }

    /** The next of what the process is told; fewer where it ended. */
    private static List<String> nextOf(BufferedReader out, int count, List<String> lines) throws IOException {
        List<String> said = new ArrayList<>();
        while (said.size() < count) {
            String line = out.readLine();
            if (line == null) {
                break;
            }
            lines.add(line);
            if (line.startsWith(WithoutDescriptors.PREFIX)) {
                said.add(line.substring(WithoutDescriptors.PREFIX.length()));
            }
        }
        return said;
    }

    /** How many descriptors it may have from now on; those that are open stay so. */
    private static void limit(Process process, int descriptors) throws Exception {
        Process limiter = new ProcessBuilder(
                        PRLIMIT.toString(), "--pid", Long.toString(process.pid()), "--nofile=" + descriptors + ":")
                .inheritIO()
                .start();
        assertThat(limiter.waitFor()).isZero();
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
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
