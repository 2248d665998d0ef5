package io.headrace.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.transport.fuzz.Fuzzing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ResourceLeakDetector;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Changed requests before everything that answers them but the socket; by the million with {@code -Dfuzz.cases=1000000}. */
class HttpFuzzTest {
    private static final int CASES = 5_000;
    private static final int MOST_MEMORY = 64 * 1024;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

    private static final byte[][] GOLDEN = {
        bytes("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        bytes("GET /metrics?shape=nested&shape=%66lat&x=%zz HTTP/1.1\r\nHost: [::1]:80\r\nAccept: */*\r\n\r\n"),
        bytes("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"),
        bytes("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n0123456789"),
        bytes(
                "PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n01234\r\n0\r\nTrailer: t\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
        bytes("GET http://x:1/metrics/prometheus HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
    };

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final Logger log = (Logger) LoggerFactory.getLogger(HttpHandler.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Map<String, Long> answers = new TreeMap<>();
    private ResourceLeakDetector.Level level;

    private static final class Pages implements HttpPages {
        @Override
        public String metrics() {
            return "{}";
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
            return new HealthPage(true, "{}");
        }

        @Override
        public String agentName() {
            return "a1";
        }
    }

    @BeforeEach
    void listen() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        lines.start();
        log.addAppender(lines);
    }

    @AfterEach
    void stop() {
        log.detachAppender(lines);
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void shouldAnswerOrCloseWhateverIsAsked_R19() {
        long cases = Fuzzing.run(CASES, this::ask);
        System.out.println(answers);
        if (cases >= CASES) {
            assertThat(answers.keySet()).contains("200", "400", "404", "405", "nothing");
        }
    }

    private void ask(long seed) {
        Random random = new Random(seed);
        byte[] request = Fuzzing.mutant(GOLDEN[random.nextInt(GOLDEN.length)], random);
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator(allocator);
        HttpEndpoint.addHandlers(channel.pipeline(), new Pages(), Runnable::run, 1_000_000);
        StringBuilder answered = new StringBuilder();
        int piece = 1 + random.nextInt(random.nextBoolean() ? 20 : 300);
        for (int at = 0; at < request.length && channel.isOpen(); at += piece) {
            int length = Math.min(piece, request.length - at);
            channel.writeInbound(allocator.buffer(length, length).writeBytes(request, at, length));
            drain(channel, answered);
            long used =
                    allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
            assertThat(used).as("bytes in use").isLessThan(MOST_MEMORY);
        }
        channel.finishAndReleaseAll();
        channel.checkException();
        assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
                .isZero();
        assertThat(lines.list).as("log").isEmpty();
        count(answered);
    }

    private static void drain(EmbeddedChannel channel, StringBuilder into) {
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            into.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
    }

    private void count(CharSequence answered) {
        assertThat(answered.isEmpty() || STATUS.matcher(answered).lookingAt())
                .as("begins with a status: %s", answered)
                .isTrue();
        assertThat(answered).doesNotContain("HTTP/1.1 500 ");
        Matcher status = STATUS.matcher(answered);
        if (answered.isEmpty()) {
            answers.merge("nothing", 1L, Long::sum);
        }
        while (status.find()) {
            answers.merge(status.group(1), 1L, Long::sum);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
