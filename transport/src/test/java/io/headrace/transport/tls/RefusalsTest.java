package io.headrace.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.metrics.MetricRegistry;
import io.headrace.engine.metrics.PrometheusText;
import io.headrace.transport.tls.Refusals.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** How often refusals are written, and how they are counted. */
class RefusalsTest {
    private final MetricGroup metrics = new MetricGroup(GroupType.SOURCE, "r1");
    private final Logger log = (Logger) LoggerFactory.getLogger("refusals-test");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private long now;
    private final Refusals refusals = new Refusals(metrics, log, () -> now);

    @BeforeEach
    void listen() {
        lines.start();
        log.addAppender(lines);
    }

    @AfterEach
    void stop() {
        log.detachAppender(lines);
    }

    private static InetSocketAddress peer(int number, int port) throws Exception {
        return new InetSocketAddress(
                InetAddress.getByAddress(new byte[] {10, 0, (byte) (number >> 8), (byte) number}), port);
    }

    @Test
    void shouldLogOnceAPeerAndMinuteAndCountAll() throws Exception {
        for (int i = 0; i < 50; i++) {
            refusals.refused(Reason.TOKEN, peer(1, i), "token: wrong (expected: another)");
        }
        refusals.refused(Reason.ADDRESS, peer(2, 1), "address (expected: another)");
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "refused 10.0.0.1: token: wrong (expected: another)",
                        "refused 10.0.0.2: address (expected: another)");
        now += TimeUnit.SECONDS.toNanos(60);
        refusals.refused(Reason.STREAM, peer(1, 1), "stream");
        assertThat(lines.list.get(2).getFormattedMessage())
                .isEqualTo("refused 10.0.0.1: stream; 49 more refusals of it since the last such line");
        assertThat(metrics.counters())
                .containsEntry("RefusedTokenCount", 50L)
                .containsEntry("RefusedAddressCount", 1L)
                .containsEntry("RefusedStreamCount", 1L)
                .containsEntry("RefusedSubjectCount", 0L);
    }

    @Test
    void shouldShowAllReasonsInPrometheus() throws Exception {
        MetricRegistry registry = new MetricRegistry("a1");
        Refusals shown = new Refusals(registry.group(GroupType.SOURCE, "r1"), log, () -> now);
        shown.refused(Reason.STREAM, peer(1, 1), "stream");
        assertThat(PrometheusText.render(registry))
                .contains("headrace_source_refused_stream_total{agent=\"a1\",name=\"r1\"} 1")
                .contains("headrace_source_refused_certificate_total{agent=\"a1\",name=\"r1\"} 0");
    }

    @Test
    void shouldNotFloodTheLogForManyPeers() throws Exception {
        for (int i = 0; i < 5_000; i++) {
            refusals.refused(Reason.PROTOCOL, peer(i, 1), "garbage");
        }
        assertThat(lines.list).hasSize(100);
        assertThat(lines.list.get(99).getFormattedMessage()).endsWith("; others are only counted for a minute");
        assertThat(metrics.counters()).containsEntry("RefusedProtocolCount", 5_000L);
        now += TimeUnit.SECONDS.toNanos(60);
        refusals.refused(Reason.PROTOCOL, peer(4_999, 1), "garbage");
        assertThat(lines.list).hasSize(101);
    }
}
