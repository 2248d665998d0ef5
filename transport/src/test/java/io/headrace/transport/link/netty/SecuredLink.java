package io.headrace.transport.link.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.ModelSink;
import io.headrace.transport.link.ModelSource;
import io.headrace.transport.link.TestFrames;
import io.headrace.transport.tls.TestCertificates;
import io.headrace.wal.StreamId;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** A source on a real socket, sinks that send to it, and what both say. */
final class SecuredLink implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(30);
    static final String TOKEN = "only-for-tests-4711";
    private static final int FRAMES = 20;
    private static final int FRAME_BYTES = 2_000;

    final EventLoops loops = new EventLoops(2);
    final TestCertificates certificates;
    final X509Bundle authority;
    final Path folder;
    ModelSink collector = new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce();
    TestContext sourceContext;
    LinkSource source;
    private final List<LinkSink> sinks = new ArrayList<>();
    private final List<ModelSource> channels = new ArrayList<>();
    private final Logger log = (Logger) LoggerFactory.getLogger("component.test");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    SecuredLink(Path folder) throws Exception {
        this.folder = folder;
        certificates = new TestCertificates(folder);
        authority = certificates.authority("CN=authority");
        certificates.keyStore("server.p12", certificates.signed(authority, "CN=collector"));
        certificates.trustStore("trust.p12", authority);
        lines.start();
        log.addAppender(lines);
    }

    /** Settings of a source with TLS. */
    Map<String, String> tlsSource(String... more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "ssl", "true", "keystore", folder + "/server.p12", "keystore-password", TestCertificates.PASSWORD));
        return with(settings, more);
    }

    /** Settings of a source with TLS that wants certificates. */
    Map<String, String> mutualSource(String... more) {
        return with(
                tlsSource("client-auth", "need", "truststore", folder + "/trust.p12"),
                with(new HashMap<>(Map.of("truststore-password", TestCertificates.PASSWORD)), more));
    }

    /** Settings of a sink with TLS. */
    Map<String, String> tlsSink(String... more) {
        return with(
                new HashMap<>(Map.of(
                        "ssl",
                        "true",
                        "truststore",
                        folder + "/trust.p12",
                        "truststore-password",
                        TestCertificates.PASSWORD)),
                more);
    }

    /** Settings of a sink with TLS and a certificate. */
    Map<String, String> mutualSink(X509Bundle own, String... more) throws Exception {
        Path store = certificates.keyStore("own-" + System.nanoTime() + ".p12", own);
        return with(tlsSink("keystore", store.toString(), "keystore-password", TestCertificates.PASSWORD), more(more));
    }

    private static Map<String, String> more(String... keysAndValues) {
        return with(new HashMap<>(), keysAndValues);
    }

    private static Map<String, String> with(Map<String, String> settings, Map<String, String> more) {
        settings.putAll(more);
        return settings;
    }

    private static Map<String, String> with(Map<String, String> settings, String... keysAndValues) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return settings;
    }

    int listen(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.putIfAbsent("bind", "127.0.0.1");
        all.putIfAbsent("port", "0");
        sourceContext = TestContext.source(loops, collector, all).keepingIn(folder.resolve("data"));
        source = new LinkSource(sourceContext);
        source.start();
        return source.address().getPort();
    }

    /** A sink with some frames. */
    TestContext send(StreamId stream, Map<String, String> settings) throws Exception {
        ModelSource channel = new ModelSource(stream);
        for (long id = 1; id <= FRAMES; id++) {
            channel.append(TestFrames.of(UnpooledByteBufAllocator.DEFAULT, id, FRAME_BYTES), 0);
        }
        channels.add(channel);
        Map<String, String> all = new HashMap<>(settings);
        all.putIfAbsent("hostname", "127.0.0.1");
        all.put("port", Integer.toString(source.address().getPort()));
        all.put("max-backoff", "100");
        TestContext context = TestContext.sink(loops, channel, all);
        LinkSink sink = new LinkSink(context);
        sink.start();
        sinks.add(sink);
        return context;
    }

    void awaitDelivery(int senders) {
        await().atMost(LONG).until(() -> collector.published() == senders * FRAMES);
        await().atMost(LONG).until(() -> channels.get(channels.size() - 1).isEmpty());
    }

    /** Refused, told, counted, logged, nothing stored. */
    void assertRefused(TestContext sink, String counter, String told, String logged) {
        await().atMost(LONG).untilAsserted(() -> assertThat(sink.lastHealth()).contains(told));
        await().atMost(LONG).until(() -> sourceContext.count(counter) > 0);
        assertThat(collector.published()).isZero();
        assertThat(logged()).anyMatch(line -> line.startsWith("refused 127.0.0.1: ") && line.contains(logged));
        assertNoSecret();
    }

    List<String> logged() {
        return List.copyOf(lines.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    void assertNoSecret() {
        List<String> all = new ArrayList<>(logged());
        all.addAll(sourceContext.health);
        assertThat(all).noneMatch(line -> line.contains(TOKEN) || line.contains(TestCertificates.PASSWORD));
    }

    /** Starts the source anew, as after a restart of the agent. */
    void restart(Map<String, String> settings) throws Exception {
        stopSinks();
        source.stop();
        collector = new ModelSink(Long.MAX_VALUE).acknowledgingAtOnce();
        listen(settings);
    }

    void stopSinks() {
        sinks.forEach(LinkSink::stop);
        sinks.clear();
    }

    @Override
    public void close() {
        stopSinks();
        if (source != null) {
            source.stop();
        }
        channels.forEach(ModelSource::close);
        loops.close();
        log.detachAppender(lines);
    }
}
