package io.headrace.engine.sink.roll;

import io.headrace.engine.StubContext;
import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.metrics.MetricGroup;
import io.headrace.engine.spi.SinkContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemNanoClock;

/** A sink that writes to a real folder, driven by hand. */
final class RollRig {
    final Path folder;
    final Map<String, String> settings = new HashMap<>();
    final MetricGroup metrics = new MetricGroup(GroupType.SINK, "k1");
    long nowMillis = 1_700_000_000_000L;
    long random = 0x1122334455667788L;

    RollRig(Path folder) {
        this.folder = folder.resolve("out");
        settings.put("sink.directory", this.folder.toString());
        settings.put("sink.rollInterval", "0");
        settings.put("sink.serializer.appendNewline", "false");
    }

    RollRig with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    FileRollSink start(ChannelConsumer consumer) throws IOException {
        FileRollSink sink = new FileRollSink(new Context(consumer));
        sink.start();
        return sink;
    }

    List<String> names() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String content(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The content of the only file whose name begins so. */
    byte[] bytesOf(String prefix) throws IOException {
        List<String> matching =
                names().stream().filter(name -> name.startsWith(prefix)).toList();
        if (matching.size() != 1) {
            throw new AssertionError(prefix + ": " + matching + " (expected: one file)");
        }
        return Files.readAllBytes(folder.resolve(matching.get(0)));
    }

    private final class Context extends StubContext implements SinkContext {
        private final ChannelConsumer consumer;

        Context(ChannelConsumer consumer) {
            super("k1", settings, metrics, () -> nowMillis, SystemNanoClock.INSTANCE);
            this.consumer = consumer;
        }

        @Override
        public ChannelConsumer consumer() {
            return consumer;
        }

        @Override
        public long randomLong() {
            return random++;
        }

        @Override
        public void unhealthy(String reason) {
            // Nobody asks here.
        }
    }
}
