package io.headrace.engine.sink;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.engine.Frames;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The sinks {@code logger} and {@code null}, by what they say. */
class LogSinksTest {
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final List<Frame> frames = new ArrayList<>();

    @BeforeEach
    void listen() {
        said.start();
        logger(LoggerSink.class).addAppender(said);
        logger(NullSink.class).addAppender(said);
    }

    @AfterEach
    void leave() {
        logger(LoggerSink.class).detachAppender(said);
        logger(NullSink.class).detachAppender(said);
        frames.forEach(Frame::release);
    }

    @Test
    void shouldLogEachEventAsFlumeDoes() {
        LoggerSink sink = new LoggerSink(new LoggerSink.Settings(16));
        sink.deliver(
                lease(Frames.of(Map.of("k", "v"), Map.of(), "Hello world! And more".getBytes(StandardCharsets.UTF_8))));
        sink.deliver(lease(Frames.of(Map.of(), Map.of(), new byte[0])));
        assertThat(said.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "Event: { headers:{k=v} body: 48 65 6C 6C 6F 20 77 6F 72 6C 64 21 20 41 6E 64 Hello world! And }",
                        "Event: { headers:{} body: }");
        assertThat(said.list).extracting(ILoggingEvent::getLevel).containsOnly(Level.INFO);
    }

    @Test
    void shouldShowAsManyBytesAsItIsToldTo() {
        LoggerSink sink = new LoggerSink(new LoggerSink.Settings(3));
        sink.deliver(lease(Frames.of(Map.of(), Map.of(), "Hello".getBytes(StandardCharsets.UTF_8))));
        assertThat(said.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .endsWith(" Hel }");
    }

    @Test
    void shouldCountEveryNEvents() {
        NullSink sink = new NullSink(new NullSink.Settings(100, 10), "k1");
        assertThat(sink.maxBatchEvents()).isEqualTo(100);
        for (int i = 0; i < 34; i++) {
            sink.deliver(lease(Frames.of(Map.of(), Map.of(), new byte[1])));
        }
        assertThat(said.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("sink k1: 10 events taken", "sink k1: 20 events taken", "sink k1: 30 events taken");
    }

    private static Logger logger(Class<?> type) {
        return (Logger) LoggerFactory.getLogger(type);
    }

    private Lease lease(Frame frame) {
        frames.add(frame);
        return new Lease() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public Frame frame(int index) {
                return frame;
            }

            @Override
            public long sequence(int index) {
                return frames.size();
            }

            @Override
            public int events() {
                return frame.eventCount();
            }

            @Override
            public long bytes() {
                return frame.length();
            }

            @Override
            public void commit() {
                throw new UnsupportedOperationException("the engine's");
            }

            @Override
            public long commit(byte[] token) {
                throw new UnsupportedOperationException("the engine's");
            }

            @Override
            public void rollback() {
                throw new UnsupportedOperationException("the engine's");
            }
        };
    }
}
