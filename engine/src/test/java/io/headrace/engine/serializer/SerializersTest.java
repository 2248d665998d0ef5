package io.headrace.engine.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.Frames;
import io.headrace.engine.TestContext;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.config.ConfigurationReport;
import io.headrace.engine.spi.EventSerializer;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SerializersTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text|true|hello<LF>
            TEXT|false|hello
            header_and_text|true|{shared=s, own=ü} hello<LF>
            HEADER_AND_TEXT|false|{shared=s, own=ü} hello
            org.apache.flume.serialization.BodyTextEventSerializer$Builder|true|hello<LF>
            """)
    void shouldWriteEvents(String type, String appendNewline, String expected) {
        EventSerializer serializer = create(type, Map.of("appendNewline", appendNewline));

        assertThat(write(serializer, Map.of("shared", "s"), Map.of("own", "ü"), "hello")
                        .replace("\n", "<LF>"))
                .isEqualTo(expected);
        assertThat(serializer.header()).isEmpty();
    }

    /** What Flume 1.11 writes for the same event. */
    @Test
    void shouldWriteHeadersInTheOrderOfFlumesMap() {
        EventSerializer serializer = create("header_and_text", Map.of());

        assertThat(write(serializer, Map.of("timestamp", "1"), Map.of("host", "h"), "x"))
                .isEqualTo("{host=h, timestamp=1} x\n");
    }

    @ParameterizedTest
    @CsvSource({"text", "header_and_text"})
    void shouldNeverWriteMoreThanAnnounced(String type) {
        EventSerializer serializer = create(type, Map.of());

        assertThat(write(serializer, Map.of(), Map.of(), "")).endsWith("\n");
        assertThat(write(serializer, Map.of("a", ""), Map.of("", "b", "c", "d"), "x"))
                .endsWith("x\n");
    }

    @Test
    void shouldNameKeyAndExpectationOfAWrongType() {
        assertThatThrownBy(() -> create("avro", Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("sink.serializer: avro (expected: one of header_and_text, text)");
    }

    @Test
    void shouldNameTheWholeKeyOfAWrongSetting() {
        assertThatThrownBy(() -> create("text", Map.of("appendNewline", "maybe")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("sink.serializer.appendNewline: maybe (expected: true or false)");
    }

    @Test
    void shouldBeCheckedWithTheSinkBeforeAnythingStarts() {
        ConfigurationReport report = ConfigurationLoader.standard(false).readText(Path.of("a.conf"), """
                        a1.channels = c1
                        a1.sinks = k1 k2 k3
                        a1.channels.c1.type = memory
                        a1.sinks.k1.type = file_roll
                        a1.sinks.k1.channel = c1
                        a1.sinks.k1.sink.directory = /var/tmp
                        a1.sinks.k1.sink.serializer = tetx
                        a1.sinks.k2.type = file_roll
                        a1.sinks.k2.channel = c1
                        a1.sinks.k2.sink.directory = /var/tmp
                        a1.sinks.k2.sink.serializer.newline = false
                        a1.sinks.k3.type = file_roll
                        a1.sinks.k3.channel = c1
                        a1.sinks.k3.sink.directory = /var/tmp
                        a1.sinks.k3.sink.serializer = header_and_text
                        a1.sinks.k3.sink.serializer.appendNewline = maybe
                        """, "a1");
        assertThat(report.errors())
                .extracting(Object::toString)
                .containsExactly(
                        "a.conf:7: a1.sinks.k1.sink.serializer: tetx (expected: one of header_and_text, text; did you mean"
                                + " text?)",
                        "a.conf:16: a1.sinks.k3.sink.serializer.appendNewline: maybe (expected: true or false)");
        assertThat(report.warnings())
                .extracting(Object::toString)
                .contains(
                        "a.conf:11: a1.sinks.k2.sink.serializer.newline: unknown key (expected: one of appendNewline)");
    }

    private static EventSerializer create(String type, Map<String, String> settings) {
        return Serializers.create(new TestContext(Map.of()), "sink.serializer", type, settings);
    }

    private static String write(
            EventSerializer serializer, Map<String, String> shared, Map<String, String> own, String body) {
        Frame frame = Frames.of(shared, own, body.getBytes(StandardCharsets.UTF_8));
        EventCursor cursor = new EventCursor().wrap(frame);
        cursor.next();
        ByteBuffer out = ByteBuffer.allocate(serializer.maxLength(cursor));
        serializer.write(cursor, out);
        frame.release();
        return new String(out.array(), 0, out.position(), StandardCharsets.UTF_8);
    }
}
