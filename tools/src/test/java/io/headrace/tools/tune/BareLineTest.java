package io.headrace.tools.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BareLineTest {
    private static final String LOOPBACK = "127.0.0.1";

    @Test
    void shouldSayThatSomethingElseListens() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            CompletableFuture<Void> hangingUp = CompletableFuture.runAsync(() -> hangUp(other));
            assertThatThrownBy(() -> BareLine.measure(LOOPBACK, other.getLocalPort(), () -> false))
                    .hasMessage("something else listens there");
            hangingUp.join();
        }
    }

    @Test
    void shouldSayThatThereIsNoSuchHost() {
        assertThatThrownBy(() -> BareLine.measure("no.such.host.invalid", 1, () -> false))
                .hasMessage("no such host");
    }

    @Test
    void shouldStopWhileItWaitsForAnAnswer() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            CompletableFuture<BareLine.Speed> measuring =
                    CompletableFuture.supplyAsync(() -> measure(silent.getLocalPort(), stop));
            try (Socket accepted = silent.accept()) {
                assertThat(accepted.isConnected()).isTrue();
                stop.set(true);
                assertThat(measuring.get()).isNull();
            }
        }
    }

    private static BareLine.Speed measure(int port, AtomicBoolean stop) {
        try {
            return BareLine.measure(LOOPBACK, port, stop::get);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void hangUp(ServerSocket server) {
        try {
            server.accept().close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
