package io.headrace.engine.source.taildir;

import io.headrace.engine.StubContext;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.SourceContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/** A source on real files, polled by hand, into a channel of the test. */
final class TailRig implements AutoCloseable {
    final Path logs;
    final Path positions;
    final ManualClock clock = new ManualClock();
    final Map<String, String> settings = new HashMap<>();
    final RecordingProcessor channel = new RecordingProcessor();
    ChannelProcessor processor = channel;
    MetricGroup metrics;
    String health = "";
    TaildirSource source;

    TailRig(Path folder) throws IOException {
        logs = Files.createDirectories(folder.resolve("logs"));
        positions = folder.resolve("state/positions.json");
        settings.put("filegroups", "f1");
        settings.put("filegroups.f1", logs + "/.*\\.log");
        settings.put("positionFile", positions.toString());
        settings.put("idleTimeout", "10000");
    }

    TailRig with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    TailRig start() throws IOException {
        metrics = new MetricGroup(GroupType.SOURCE, "r1");
        source = new TaildirSource(new Context());
        source.start();
        return this;
    }

    /** Polls until nothing is done, with time for the next look in between. */
    TailRig poll() throws IOException {
        clock.advanceMillis(1_000);
        while (source.poll() > 0) {
            clock.advanceMillis(1);
        }
        return this;
    }

    /** Polls after the idle timeout. */
    TailRig idle() throws IOException {
        poll();
        clock.advanceMillis(Long.parseLong(settings.get("idleTimeout")));
        return poll();
    }

    /** Drops the source without a word, as a kill does, and makes another one. */
    TailRig kill() throws IOException {
        channel.loseWhatIsNotSafe();
        return start();
    }

    TailRig restart() throws IOException {
        source.stop();
        channel.restart();
        return start();
    }

    Path write(String name, String text) throws IOException {
        return write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    Path write(String name, byte[] bytes) throws IOException {
        return Files.write(logs.resolve(name), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    long count(String counter) {
        return metrics.counter(counter).get();
    }

    @Override
    public void close() {
        channel.makeSafe();
        if (source != null) {
            source.stop();
        }
    }

    private final class Context extends StubContext implements SourceContext {
        Context() {
            super("r1", settings, metrics, clock, clock);
        }

        @Override
        public ChannelProcessor processor() {
            return processor;
        }

        @Override
        public void healthy(String detail) {
            health = detail;
        }

        @Override
        public void unhealthy(String reason) {
            health = reason;
        }
    }
}
