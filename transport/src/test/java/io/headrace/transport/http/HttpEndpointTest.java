package io.headrace.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.transport.EventLoops;
import io.headrace.transport.Listening;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
    private final EventLoops loops = new EventLoops(1);
    private final List<String> reasons = new ArrayList<>();
    private final HttpEndpoint endpoint = new HttpEndpoint(loops, new Pages());
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger made = new AtomicInteger();
    private volatile String page = "{\"SOURCE.r1\":{\"Type\":\"SOURCE\"}}";
    private volatile Error broken;
    private InetSocketAddress address;

    private final class Pages implements HttpPages {
        @Override
        public String metrics() {
            made.incrementAndGet();
            if (broken != null) {
                throw broken;
            }
            return page;
        }

        @Override
        public String nestedMetrics() {
            return "{\"groups\":[]}";
        }

        @Override
        public String prometheus() {
            return "headrace_up 1\n";
        }

        @Override
        public HealthPage health() {
            return new HealthPage(reasons.isEmpty(), "{\"reasons\":" + reasons.size() + "}");
        }

        @Override
        public String agentName() {
            return "a<1>";
        }
    }

    @BeforeEach
    void start() throws Exception {
        address = endpoint.start(new HttpSettings("127.0.0.1", 0));
    }

    @AfterEach
    void close() {
        endpoint.close();
        loops.close();
    }

    private HttpResponse<String> request(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void shouldServeMetricsInBothShapesAndForPrometheus() throws Exception {
        HttpResponse<String> flat = request("GET", "/metrics");
        assertThat(flat.statusCode()).isEqualTo(200);
        assertThat(flat.body()).isEqualTo("{\"SOURCE.r1\":{\"Type\":\"SOURCE\"}}");
        assertThat(flat.headers().firstValue("Content-Type")).contains("application/json;charset=utf-8");
        assertThat(request("GET", "/metrics?shape=nested").body()).isEqualTo("{\"groups\":[]}");
        HttpResponse<String> prometheus = request("GET", "/metrics/prometheus");
        assertThat(prometheus.body()).isEqualTo("headrace_up 1\n");
        assertThat(prometheus.headers().firstValue("Content-Type"))
                .contains("text/plain; version=0.0.4; charset=utf-8");
    }

    @Test
    void shouldAnswer503WithReasonsWhileUnhealthy() throws Exception {
        assertThat(request("GET", "/health").statusCode()).isEqualTo(200);
        reasons.add("sink k1: cannot connect");
        HttpResponse<String> health = request("GET", "/health");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body()).isEqualTo("{\"reasons\":1}");
    }

    @Test
    void shouldAnswer500WhenAPageCannotBeMadeAndServeOn() throws Exception {
        broken = new NoClassDefFoundError("made/up");
        assertThat(request("GET", "/metrics").statusCode()).isEqualTo(500);

        broken = null;
        assertThat(request("GET", "/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldShowAddressesAsUrlsHaveThem() {
        assertThat(Listening.shown("::1", 80)).isEqualTo("[::1]:80");
        assertThat(Listening.shown("[::1]", 80)).isEqualTo("[::1]:80");
        assertThat(Listening.shown("127.0.0.1", 80)).isEqualTo("127.0.0.1:80");
    }

    @Test
    void shouldShowLinksOnTheFirstPageAndNothingElsewhere() throws Exception {
        assertThat(request("GET", "/").body()).contains("a&lt;1&gt;", "/metrics/prometheus", "/health");
        assertThat(request("GET", "/metrics/").statusCode()).isEqualTo(404);
        assertThat(request("GET", "/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldRefuseWhatFlumeRefusesAndWhatItCannotDo() throws Exception {
        assertThat(request("OPTIONS", "/metrics").statusCode()).isEqualTo(403);
        assertThat(raw("TRACE /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(request("POST", "/metrics").statusCode()).isEqualTo(405);
        assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void shouldAnswerHeadWithoutABody() throws Exception {
        HttpResponse<String> head = request("HEAD", "/metrics");
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Length")).contains("31");
    }

    @Test
    void shouldAnswerPipelinedRequestsInOrder() throws Exception {
        String answers = raw("GET /metrics/prometheus HTTP/1.1\r\nHost: x\r\n\r\n"
                + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
                + "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answers.indexOf("headrace_up")).isLessThan(answers.indexOf("404"));
        assertThat(answers.indexOf("404"))
                .isLessThan(answers.indexOf("{\"reasons\":0}"))
                .isPositive();
    }

    @Test
    void shouldRefuseAPathThatIsNoPath() throws Exception {
        assertThat(raw("GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void shouldMakeNoMorePagesThanAreRead() throws Exception {
        page = "x".repeat(4 << 20);
        try (Socket socket = new Socket("127.0.0.1", address.getPort())) {
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
                            .repeat(200)
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> made.get() > 0);
            // The system takes some of them into its own buffers.
            await().during(Duration.ofMillis(500)).until(() -> made.get() < 20);
        }
    }

    @Test
    void shouldCloseWhoSpeaksTooSlowly() throws Exception {
        try (HttpEndpoint strict = new HttpEndpoint(loops, new Pages(), 300)) {
            InetSocketAddress there = strict.start(new HttpSettings("127.0.0.1", 0));
            try (Socket socket = new Socket("127.0.0.1", there.getPort())) {
                socket.setSoTimeout(20);
                await().until(() -> drip(socket));
            }
        }
    }

    /** Sends a byte; true when the other side has closed. */
    private static boolean drip(Socket socket) {
        try {
            socket.getOutputStream().write('G');
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException closed) {
            return true;
        }
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", address.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
