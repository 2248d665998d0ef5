package io.headrace.engine.agent;

import io.headrace.engine.Frames;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.PollingSource;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import io.headrace.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A source that a test puts through, and whose polls are recorded. */
final class ManualSource implements ComponentProvider.OfSource {
    /** What a poll does. */
    interface Poll {
        int poll() throws Exception;
    }

    /** No settings. */
    record Settings() {}

    final List<Long> pollNanos = new CopyOnWriteArrayList<>();
    volatile Poll work = () -> 0;
    volatile long pauseNanos = -1;
    volatile Poll atStart = () -> 0;
    volatile Runnable atStop = () -> {};
    volatile int lives;
    volatile int ends;
    private volatile SourceContext context;
    private volatile SourceInput input;

    /** Puts one event and returns how that went. */
    PutStatus put(String body) throws InterruptedException {
        Frame frame = Frames.of(Map.of(), Map.of(), body.getBytes(StandardCharsets.UTF_8));
        try {
            return context.processor()
                    .put(input, 0, frame, false, context.processor().newTicket());
        } finally {
            frame.release();
        }
    }

    @Override
    public String alias() {
        return "manual";
    }

    @Override
    public Class<? extends Record> settingsType() {
        return Settings.class;
    }

    @Override
    public String summary() {
        return "manual";
    }

    @Override
    public Source create(SourceContext given) {
        context = given;
        return new PollingSource() {
            @Override
            public void start() throws Exception {
                lives++;
                atStart.poll();
                input = given.processor().anonymousInput();
            }

            @Override
            public int poll() throws Exception {
                pollNanos.add(System.nanoTime());
                return work.poll();
            }

            @Override
            public long pauseNanos() {
                return pauseNanos;
            }

            @Override
            public void stop() {
                ends++;
                if (input != null) {
                    input.close();
                    input = null;
                }
                atStop.run();
            }
        };
    }
}
