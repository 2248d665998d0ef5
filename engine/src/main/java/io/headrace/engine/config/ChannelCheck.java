package io.headrace.engine.config;

import io.headrace.engine.spi.ComponentProvider;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks what is written about a channel. */
final class ChannelCheck {
    private static final int SLIPS = 3;
    private static final String CURSORS = "cursors.";
    private static final String BYTES = "byteCapacity";
    private static final String FRAME = "frameBytes";

    private final CheckContext context;

    ChannelCheck(CheckContext context) {
        this.context = context;
    }

    Optional<ComponentSettings> check(String name) {
        Map<String, ConfigValue> written = context.keys.settings("channels", name);
        String title = "channel " + name;
        ConfigValue type = context.type("channel", name, written);
        ComponentProvider.OfChannel provider =
                context.provider(ComponentProvider.OfChannel.class, "channel", type, title);
        Map<String, ConfigValue> values = CheckContext.without(written, Set.of("type"));
        refuseEncryption(title, values);
        if (type != null && provider != null && !readsCursors(provider)) {
            refuseCursors(title, type, values);
        }
        if (type == null) {
            return Optional.empty();
        }
        ComponentSettings settings = new ComponentSettings(ComponentKind.CHANNEL, name, type, values);
        if (provider == null) {
            context.checkAsFlume(settings);
            return Optional.empty();
        }
        SettingsBinder binder = context.bind(settings, provider, Set.of());
        context.batchSizes.channel(name, settings, binder);
        context.folders.channel(settings, binder);
        warnOfLittleRoom(title, values.get(BYTES), binder);
        return Optional.of(settings);
    }

    private static boolean readsCursors(ComponentProvider provider) {
        return SettingsBinder.settingsOf(provider.settingsType()).stream()
                .anyMatch(setting -> setting.key().equals(CURSORS + "*"));
    }

    /** It works, one frame after the other; 0 is without limit. */
    private void warnOfLittleRoom(String title, ConfigValue written, SettingsBinder binder) {
        if (written != null
                && binder.boundValue(BYTES) instanceof Long bytes
                && binder.boundValue(FRAME) instanceof Integer frame
                && bytes > 0
                && bytes < frame) {
            context.findings.warn(
                    written,
                    title,
                    written.key() + ": " + bytes + " (expected: >= " + FRAME + " " + frame
                            + "; with less, frames wait until those before them have left memory)");
        }
    }

    /** Who writes one counts on getting everything again. */
    private void refuseCursors(String title, ConfigValue type, Map<String, ConfigValue> values) {
        values.entrySet().removeIf(entry -> {
            boolean cursor = entry.getKey().startsWith(CURSORS);
            if (cursor) {
                ConfigValue value = entry.getValue();
                context.findings.error(
                        value,
                        title,
                        value.key() + ": a " + type.value() + " channel has no cursors"
                                + " (expected: a file channel; only that has every event in its log)");
            }
            return cursor;
        });
    }

    /** Also a misspelt one, as the guide of Flume has it: its author believes that the data are encrypted. */
    private void refuseEncryption(String title, Map<String, ConfigValue> values) {
        values.entrySet().removeIf(entry -> {
            int dot = entry.getKey().indexOf('.');
            String begin = dot < 0 ? "" : entry.getKey().substring(0, dot).toLowerCase(Locale.ROOT);
            boolean meant = NearestKey.distance(begin, "encryption") <= SLIPS;
            if (meant) {
                ConfigValue value = entry.getValue();
                context.findings.error(
                        value,
                        title,
                        value.key() + ": a log is not encrypted by the channel"
                                + " (expected: no encryption.* keys; encrypt the file system)");
            }
            return meant;
        });
    }
}
