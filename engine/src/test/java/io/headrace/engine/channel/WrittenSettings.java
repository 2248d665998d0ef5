package io.headrace.engine.channel;

import io.headrace.engine.TestContext;
import io.headrace.engine.agent.DualChannelType;
import io.headrace.engine.agent.FileChannelType;
import io.headrace.engine.agent.MemoryChannelType;
import io.headrace.engine.agent.NullChannelType;
import io.headrace.engine.spi.ComponentProvider;
import java.util.LinkedHashMap;
import java.util.Map;

/** Settings of channels as they are written in a file: key, value, key, value. */
final class WrittenSettings {
    private WrittenSettings() {}

    static ChannelSettings memory(String... written) {
        return read(new MemoryChannelType(), Map.of(), written);
    }

    static ChannelSettings discarding(String... written) {
        return read(new NullChannelType(), Map.of(), written);
    }

    /** In {@link ChannelRig#FOLDER} with small segments, unless written. */
    static ChannelSettings file(String... written) {
        return read(new FileChannelType(), log(), written);
    }

    /** In {@link ChannelRig#FOLDER} with small segments, unless written. */
    static ChannelSettings dual(String... written) {
        return read(new DualChannelType(), log(), written);
    }

    private static Map<String, String> log() {
        return Map.of("dataDirs", ChannelRig.FOLDER.toString(), "maxEventBytes", "64k", "minimumRequiredSpace", "0");
    }

    private static ChannelSettings read(
            ComponentProvider.OfChannel type, Map<String, String> unlessWritten, String... written) {
        Map<String, String> keys = new LinkedHashMap<>(unlessWritten);
        for (int i = 0; i < written.length; i += 2) {
            keys.put(written[i], written[i + 1]);
        }
        return type.settings(new TestContext(keys));
    }
}
