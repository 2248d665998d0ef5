package io.headrace.engine.flume;

import static io.headrace.engine.flume.RealChannel.numbers;
import static io.headrace.engine.flume.RealChannel.soon;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.engine.TestContext;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.Interceptor;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What Flume's tests of interceptors, of the logger sink and of the seq source ask for. */
class FlumeComponentsTest {
    private static final String SEQ_TO_COLLECT = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1
            a1.sources.r1.type = seq
            a1.sources.r1.channels = c1
            a1.channels.c1.type = memory
            a1.sinks.k1.type = collect
            a1.sinks.k1.channel = c1
            """;

    /** An event's headers after an interceptor, whichever way it takes. */
    private static Map<String, String> intercept(
            String type, Map<String, String> settings, Map<String, String> before) {
        Interceptor interceptor = ComponentRegistry.load()
                .get(ComponentProvider.OfInterceptor.class, type)
                .create(new TestContext(settings));
        Map<String, String> shared = new HashMap<>(before);
        interceptor.interceptShared(shared);
        Map<String, String> own = new HashMap<>(before);
        byte[] body = {1};
        assertThat(interceptor.interceptEvent(own, body)).isSameAs(body);
        assertThat(own).isEqualTo(shared);
        return own;
    }

    @Test
    void shouldStampUnderTheUsualName() {
        assertThat(intercept("timestamp", Map.of(), Map.of())).containsExactly(Map.entry("timestamp", "1700000000000"));
    }

    @Test
    void shouldLeaveAStampWhenToldTo() {
        assertThat(intercept("timestamp", Map.of("preserveExisting", "true"), Map.of("timestamp", "1")))
                .containsExactly(Map.entry("timestamp", "1"));
    }

    @Test
    void shouldReplaceAStampUnlessToldOtherwise() {
        assertThat(intercept("timestamp", Map.of("preserveExisting", "false"), Map.of("timestamp", "1")))
                .containsExactly(Map.entry("timestamp", "1700000000000"));
    }

    @Test
    void shouldStampUnderAnotherName() {
        assertThat(intercept("timestamp", Map.of("headerName", "timestampHeader"), Map.of("timestamp", "1")))
                .isEqualTo(Map.of("timestamp", "1", "timestampHeader", "1700000000000"));
    }

    @Test
    void shouldNameTheHostByItsAddress() throws IOException {
        String address = InetAddress.getLocalHost().getHostAddress();
        assertThat(intercept("host", Map.of(), Map.of())).isEqualTo(Map.of("host", address));
        assertThat(intercept("host", Map.of("useIP", "true"), Map.of())).isEqualTo(Map.of("host", address));
    }

    @Test
    void shouldNameTheHostUnderAnotherName() throws IOException {
        assertThat(intercept("host", Map.of("hostHeader", "hostname"), Map.of()))
                .isEqualTo(Map.of("hostname", InetAddress.getLocalHost().getHostAddress()));
    }

    @Test
    void shouldLeaveAHostWhenToldTo() {
        assertThat(intercept("host", Map.of("preserveExisting", "true"), Map.of("host", "originalHost")))
                .isEqualTo(Map.of("host", "originalHost"));
    }

    @Test
    void shouldReplaceAHostUnlessToldOtherwise() throws IOException {
        assertThat(intercept("host", Map.of("preserveExisting", "false"), Map.of("host", "originalHost")))
                .isEqualTo(Map.of("host", InetAddress.getLocalHost().getHostAddress()));
    }

    @Test
    void shouldNameTheHostByItsName() throws IOException {
        assertThat(intercept("host", Map.of("useIP", "false"), Map.of()))
                .isEqualTo(Map.of("host", InetAddress.getLocalHost().getCanonicalHostName()));
    }

    @Test
    void shouldSetTheUsualHeader() {
        assertThat(intercept("static", Map.of(), Map.of())).isEqualTo(Map.of("key", "value"));
    }

    @Test
    void shouldSetAHeaderThatIsNamed() {
        assertThat(intercept("static", Map.of("key", "myKey", "value", "myVal"), Map.of("a", "b")))
                .isEqualTo(Map.of("a", "b", "myKey", "myVal"));
    }

    @Test
    void shouldReplaceAHeaderWhenToldTo() {
        Map<String, String> settings = Map.of("preserveExisting", "false", "value", "replacement value");
        assertThat(intercept("static", settings, Map.of("key", "incumbent value")))
                .isEqualTo(Map.of("key", "replacement value"));
    }

    @Test
    void shouldLeaveAHeaderUnlessToldOtherwise() {
        Map<String, String> settings = Map.of("preserveExisting", "true", "value", "replacement value");
        assertThat(intercept("static", settings, Map.of("key", "incumbent value")))
                .isEqualTo(Map.of("key", "incumbent value"));
    }

    @Test
    void shouldLogEachEvent() {
        List<String> lines = logged(SEQ_TO_COLLECT.replace("= collect", "= logger"));
        assertThat(lines).hasSize(10);
        assertThat(lines.get(7)).startsWith("Event: { headers:{} body: 37 ").endsWith(" 7 }");
    }

    @Test
    void shouldLogAsManyBytesAsAreConfigured() {
        List<String> lines = logged(SEQ_TO_COLLECT.replace("= collect", "= logger") + """
                a1.sinks.k1.maxBytesToLog = 3
                a1.sources.r1.interceptors = i1
                a1.sources.r1.interceptors.i1.type = static
                """);
        assertThat(lines).hasSize(10);
        assertThat(lines.get(7))
                .startsWith("Event: { headers:{key=value} body: 37 ")
                .endsWith(" 7 }");
    }

    /** The lines that the logger sink writes of ten events. */
    private static List<String> logged(String configuration) {
        Logger log = (Logger) LoggerFactory.getLogger("io.headrace.engine.sink.LoggerSink");
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        log.addAppender(appender);
        try (FlumeAgent agent = FlumeAgent.start(configuration + "a1.sources.r1.totalEvents = 10\n")) {
            soon().until(() -> agent.counter(GroupType.SINK, "k1", "EventDrainSuccessCount") == 10);
        } finally {
            log.detachAppender(appender);
        }
        return List.copyOf(appender.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void shouldCountUntilItIsStopped() {
        FlumeAgent agent = FlumeAgent.start(SEQ_TO_COLLECT);
        soon().until(() -> agent.events.size() > 100);
        agent.close();
        assertThat(agent.bodies()).containsExactly(numbers(0, agent.events.size()));
    }

    /** A put that finds no room is tried again and skips nothing. */
    @Test
    void shouldCountSinglyOverAFullChannel() {
        assertThat(countedOverAFullChannel(1)).containsExactly(numbers(0, 500));
    }

    @Test
    void shouldCountInBatchesOverAFullChannel() {
        assertThat(countedOverAFullChannel(3)).containsExactly(numbers(0, 500));
    }

    private static List<String> countedOverAFullChannel(int batchSize) {
        AtomicInteger deliveries = new AtomicInteger();
        FlumeAgent agent = FlumeAgent.create(SEQ_TO_COLLECT + """
                a1.sources.r1.totalEvents = 500
                a1.sources.r1.batchSize = %d
                a1.channels.c1.capacity = 10
                a1.channels.c1.transactionCapacity = 10
                a1.channels.c1.keep-alive = 0
                a1.sinks.k1.batchSize = 10
                """.formatted(batchSize));
        agent.atDelivery = () -> {
            if (deliveries.getAndIncrement() == 0) {
                // The channel stays full until the source has met that.
                soon().until(() -> agent.counter(GroupType.SOURCE, "r1", "ChannelWriteFail") > 0);
            }
        };
        try (agent) {
            agent.agent.start();
            soon().until(() -> agent.events.size() >= 500);
            return agent.bodies();
        }
    }

    @Test
    void shouldDeliverAgainWhatASinkThrewOn() {
        AtomicInteger deliveries = new AtomicInteger();
        FlumeAgent agent = FlumeAgent.create(SEQ_TO_COLLECT + "a1.sources.r1.totalEvents = 50\n");
        agent.atDelivery = () -> {
            if (deliveries.getAndIncrement() == 0) {
                throw new IllegalStateException("made up");
            }
        };
        try (agent) {
            agent.agent.start();
            soon().until(() -> agent.events.size() >= 50);
            assertThat(agent.bodies()).containsExactly(numbers(0, 50));
            assertThat(agent.agent.channel("c1").ledger().redelivered()).isPositive();
        }
    }

    @Test
    void shouldShowWhenComponentsWereStartedAndStopped() {
        FlumeAgent agent = FlumeAgent.create(SEQ_TO_COLLECT + "a1.sources.r1.totalEvents = 50\n");
        List<MetricGroup> groups = List.of(
                agent.agent.metrics().group(GroupType.SOURCE, "r1"),
                agent.agent.metrics().group(GroupType.CHANNEL, "c1"),
                agent.agent.metrics().group(GroupType.SINK, "k1"));
        assertThat(groups).extracting(MetricGroup::startTime).containsOnly(0L);
        agent.agent.start();
        assertThat(groups).extracting(MetricGroup::startTime).allMatch(time -> time > 0);
        assertThat(groups).extracting(MetricGroup::stopTime).containsOnly(0L);
        soon().until(() -> agent.events.size() >= 50);
        agent.close();
        assertThat(groups).extracting(MetricGroup::stopTime).allMatch(time -> time > 0);
    }
}
