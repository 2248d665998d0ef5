package io.headrace.engine.plugin;

import io.headrace.engine.config.SettingsBinder;
import io.headrace.engine.spi.ComponentProvider;

/**
 * Asks what a plug-in registers for all that others will ask it, so that a broken one is told by name, and does not keep
 * those from working that look through all components.
 */
public final class ProviderCheck {
    private ProviderCheck() {}

    /**
     * Refuses a provider that does not say what it is, or whose settings cannot be read.
     *
     * @throws IllegalArgumentException says what is wrong with it; what the provider throws comes as it is
     */
    public static void require(ComponentProvider provider) {
        String missing = LinkageProblem.missingMethod(provider.getClass());
        if (missing != null) {
            throw new IllegalArgumentException(provider.getClass().getName() + ": lacks the method " + missing
                    + " (expected: " + LinkageProblem.THIS_VERSION + ")");
        }
        require(provider, "alias", provider.alias());
        require(provider, "otherNames", provider.otherNames());
        require(provider, "summary", provider.summary());
        require(provider, "settingsType", provider.settingsType());
        if (provider.alias().isBlank()) {
            throw new IllegalArgumentException(provider.getClass().getName() + ".alias(): blank (expected: a name)");
        }
        SettingsBinder.requireReadable(provider.settingsType());
    }

    private static void require(ComponentProvider provider, String method, Object returned) {
        if (returned == null) {
            throw new IllegalArgumentException(
                    provider.getClass().getName() + "." + method + "() returns null (expected: a value)");
        }
    }
}
