package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.engine.spi.SinkProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A processor of somebody's own that throws. */
class ThrowingProcessorTest {
    private static final int MINUTES = 3;

    private final GroupContext context = new GroupContext(java.util.Map.of());
    private final SinkGroup group =
            new SinkGroup("g1", List.of("k1", "k2"), context.metrics, context.nanoClock(), context.epochClock());
    private final Logger logger = (Logger) LoggerFactory.getLogger(SinkGroup.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger rounds = new AtomicInteger();
    private volatile Throwable thrown;

    private final SinkProcessor processor = new SinkProcessor() {
        @Override
        public void join(List<Member> members) {
            members.get(0).setActive(true);
        }

        @Override
        public void update() {
            rounds.incrementAndGet();
            if (thrown instanceof Error error) {
                throw error;
            } else if (thrown instanceof RuntimeException exception) {
                throw exception;
            }
        }
    };

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        group.open(processor, new SinkGroup.Report() {
            @Override
            public void works(String detail, boolean delivers) {
                told.add("+" + detail);
            }

            @Override
            public void fails(String detail, Throwable cause) {
                told.add("-" + detail);
            }
        });
    }

    @AfterEach
    void stopListening() {
        group.close();
        logger.detachAppender(lines);
    }

    @Test
    void shouldSayOnceAMinuteThatAProcessorThrows() {
        thrown = new IllegalStateException("wrong");
        for (int tenths = 0; tenths < MINUTES * 600; tenths++) {
            group.update();
            context.pass(100);
        }
        List<String> said = new ArrayList<>();
        lines.list.forEach(line -> said.add(line.getFormattedMessage()));
        said.removeIf(line -> !line.contains("its processor failed"));
        assertThat(said).hasSize(MINUTES);
        assertThat(said.get(1)).contains("599 times");
        assertThat(told).hasSize(MINUTES).allMatch(text -> text.startsWith("-its processor fails"));
        thrown = null;
        group.update();
        assertThat(told.get(MINUTES)).startsWith("+k1 active");
    }

    @Test
    void shouldGoOnWatchingAfterAnError() {
        thrown = new NoClassDefFoundError("gone");
        group.start();
        await().until(() -> rounds.get() >= 3);
        assertThat(told).hasSize(1);
        assertThat(told.get(0)).contains("java.lang.NoClassDefFoundError: gone");
        thrown = null;
        await().until(() -> told.size() == 2);
        assertThat(told.get(1)).startsWith("+k1 active");
    }
}
