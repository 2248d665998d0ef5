package io.headrace.engine.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Refuses a folder that two channels of an agent name for their logs, and one that a channel names twice for segments:
 * only a lock would keep them from one another, and the second one would wait for it for ever. Links are followed where
 * there is something, since a folder may have two names.
 */
final class FolderCheck {
    private static final String DATA = "dataDirs";
    private static final String CHECKPOINT = "checkpointDir";

    private record User(String channel, String key, String said) {}

    private final Findings findings;
    private final Map<Path, User> users = new HashMap<>();

    FolderCheck(Findings findings) {
        this.findings = findings;
    }

    void channel(ComponentSettings settings, SettingsBinder binder) {
        if (binder.boundValue(DATA) instanceof List<?> folders) {
            for (Object folder : folders) {
                use(settings, DATA, (Path) folder);
            }
        }
        if (binder.boundValue(CHECKPOINT) instanceof Optional<?> folder && folder.isPresent()) {
            use(settings, CHECKPOINT, (Path) folder.get());
        }
    }

    private void use(ComponentSettings settings, String key, Path folder) {
        ConfigValue written = settings.values().get(key);
        ConfigValue place = written == null ? settings.type() : written;
        String said = settings.prefix() + key + (written == null ? ", the default" : "") + ", "
                + (place.file() == null ? "" : place.file().getFileName() + " ") + "line " + place.line();
        User other = users.putIfAbsent(real(folder), new User(settings.name(), key, said));
        if (other == null) {
            return;
        }
        String refused = settings.prefix() + key + ": " + folder + (written == null ? ", the default" : "");
        if (!other.channel().equals(settings.name())) {
            findings.error(
                    place,
                    settings.owner(),
                    refused + " (expected: folders of its own; this one is in " + other.said() + ")");
        } else if (other.key().equals(key)) {
            findings.error(place, settings.owner(), refused + " (expected: each folder once)");
        }
    }

    private static Path real(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        try {
            return absolute.toRealPath();
        } catch (IOException e) {
            // What is not there yet has one name; what cannot be looked at is told when the channel opens it.
            return absolute;
        }
    }
}
