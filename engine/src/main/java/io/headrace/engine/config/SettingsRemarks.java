package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import java.util.List;

/**
 * Implemented by a settings record that has something to say of values that are good by themselves: a key that another
 * one makes useless, a value that is read as another. It is said at the line of the key, where a configuration is checked, and
 * only of keys that are written. Asked by the thread that checks; throws nothing.
 */
public interface SettingsRemarks {
    /**
     * What to say of one key.
     *
     * @param severity {@link Severity#NOTICE} or {@link Severity#WARNING}; an error is for the record's constructor to throw
     * @param key as in its {@link Setting}, or one below {@code prefix.*}
     * @param text what stands behind key and value, e.g. {@code has no effect (sync decides)}
     */
    record Remark(Severity severity, String key, String text) {}

    /** All of them, empty for none. */
    List<Remark> remarks();
}
