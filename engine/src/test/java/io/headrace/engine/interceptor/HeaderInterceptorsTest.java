package io.headrace.engine.interceptor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.TestContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.Interceptor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderInterceptorsTest {
    private static final byte[] BODY = {1, 2};

    @Test
    void shouldStampTheTimeOfArrival() {
        TestContext context = new TestContext(Map.of());
        Interceptor interceptor = create("timestamp", context);

        context.nowMillis = 1234;

        assertThat(shared(interceptor, Map.of("a", "b"))).isEqualTo(Map.of("a", "b", "timestamp", "1234"));
        assertThat(shared(interceptor, Map.of("timestamp", "1"))).containsEntry("timestamp", "1234");
    }

    @Test
    void shouldStampOnlyWhatHasNoStampWhenToldTo() {
        Interceptor interceptor =
                create("timestamp", new TestContext(Map.of("headerName", "time", "preserveExisting", "true")));

        assertThat(shared(interceptor, Map.of("time", "1"))).containsEntry("time", "1");
        assertThat(shared(interceptor, Map.of())).containsEntry("time", "1700000000000");
    }

    @Test
    void shouldNameTheHost() throws UnknownHostException {
        InetAddress machine = InetAddress.getLocalHost();

        assertThat(shared(create("host", new TestContext(Map.of())), Map.of("host", "x")))
                .isEqualTo(Map.of("host", machine.getHostAddress()));
        assertThat(shared(create("host", new TestContext(Map.of("useIP", "false", "hostHeader", "h"))), Map.of()))
                .isEqualTo(Map.of("h", machine.getCanonicalHostName()));
        assertThat(shared(create("host", new TestContext(Map.of("preserveExisting", "true"))), Map.of("host", "x")))
                .isEqualTo(Map.of("host", "x"));
    }

    @Test
    void shouldSetAFixedHeaderUnlessThereIsOne() {
        assertThat(shared(create("static", new TestContext(Map.of())), Map.of()))
                .isEqualTo(Map.of("key", "value"));
        Interceptor interceptor = create("static", new TestContext(Map.of("key", "dc", "value", "fra")));
        assertThat(shared(interceptor, Map.of("dc", "x"))).isEqualTo(Map.of("dc", "x"));
        Interceptor replacing =
                create("static", new TestContext(Map.of("key", "dc", "value", "fra", "preserveExisting", "false")));
        assertThat(shared(replacing, Map.of("dc", "x"))).isEqualTo(Map.of("dc", "fra"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "host", "static"})
    void shouldTreatSingleEventsLikeFramesAndKeepTheBody(String type) {
        Interceptor interceptor = create(type, new TestContext(Map.of()));
        Map<String, String> headers = new HashMap<>(Map.of("other", "1"));

        byte[] body = interceptor.interceptEvent(headers, BODY);

        assertThat(body).isSameAs(BODY);
        assertThat(headers).isEqualTo(shared(interceptor, Map.of("other", "1")));
        assertThat(interceptor.looksAtEvents()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.apache.flume.interceptor.TimestampInterceptor$Builder",
                "org.apache.flume.interceptor.HostInterceptor$Builder",
                "org.apache.flume.interceptor.StaticInterceptor$Builder"
            })
    void shouldBeFoundByFlumesName(String type) {
        assertThat(create(type, new TestContext(Map.of()))).isNotNull();
    }

    private static Interceptor create(String type, TestContext context) {
        return ComponentRegistry.load()
                .find(ComponentProvider.OfInterceptor.class, type)
                .create(context);
    }

    private static Map<String, String> shared(Interceptor interceptor, Map<String, String> before) {
        Map<String, String> headers = new HashMap<>(before);
        interceptor.interceptShared(headers);
        return headers;
    }
}
