package io.headrace.engine.config;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Replaces {@code ${env:X}}, {@code ${sys:X}} and {@code ${otherKey}} in values; {@code ${X:-default}} has a default, in
 * which references are replaced too, and {@code $${} stands for {@code ${}. What is put in is looked through again,
 * except environment and system properties.
 */
final class Interpolator {
    /** Largest value with everything replaced: keys that hold others twice, which do the same, grow without end. */
    private static final int MOST_CHARACTERS = 1024 * 1024;

    /** Most keys that lead from one to the next. */
    private static final int DEEPEST = 100;

    /** The nearest key is looked for so often only: it is compared with all there are. */
    private static final int MOST_SUGGESTIONS = 50;

    private final Map<String, ConfigValue> all;
    private final UnaryOperator<String> environment;
    private final UnaryOperator<String> system;
    private int suggestions;

    Interpolator(Map<String, ConfigValue> all, UnaryOperator<String> environment, UnaryOperator<String> system) {
        this.all = all;
        this.environment = environment;
        this.system = system;
    }

    /**
     * The value of a key with everything replaced.
     *
     * @throws ConfigurationException when something is not there or refers to itself; without place and key
     */
    String resolve(ConfigValue value) {
        Set<String> open = new LinkedHashSet<>();
        open.add(value.key());
        return resolve(value.value(), open);
    }

    private String resolve(String text, Set<String> open) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int dollar = text.indexOf("${", at);
            if (dollar < 0) {
                break;
            }
            if (dollar > at && text.charAt(dollar - 1) == '$') {
                out.append(text, at, dollar - 1).append("${");
                at = dollar + 2;
                continue;
            }
            int end = closing(text, dollar + 2);
            if (end < 0) {
                boolean secret = open.stream().anyMatch(SettingsBinder::isSecret);
                throw new ConfigurationException(
                        (secret ? "***" : text.substring(dollar)) + " (expected: } after ${, or $${ for a plain ${)");
            }
            out.append(text, at, dollar).append(lookUp(text.substring(dollar + 2, end), open));
            if (out.length() > MOST_CHARACTERS) {
                throw new ConfigurationException(text.substring(dollar, end + 1) + " (expected: at most "
                        + MOST_CHARACTERS + " characters with all references replaced)");
            }
            at = end + 1;
        }
        return out.append(text, at, text.length()).toString();
    }

    /** The brace that ends the reference whose inside begins at {@code from}; -1 when there is none. */
    private static int closing(String text, int from) {
        int inner = 0;
        for (int i = from; i < text.length(); i++) {
            if (text.startsWith("${", i)) {
                inner++;
            } else if (text.charAt(i) == '}' && inner-- == 0) {
                return i;
            }
        }
        return -1;
    }

    private String lookUp(String expression, Set<String> open) {
        int mark = expression.indexOf(":-");
        String name = mark < 0 ? expression : expression.substring(0, mark);
        String found = find(name, open);
        if (found == null && mark >= 0) {
            return resolve(expression.substring(mark + 2), open);
        } else if (found == null) {
            throw new ConfigurationException("${" + expression + "} (expected: " + expectation(name) + ")");
        }
        return found;
    }

    private String find(String name, Set<String> open) {
        if (name.startsWith("env:")) {
            return environment.apply(name.substring(4));
        } else if (name.startsWith("sys:")) {
            return name.length() == 4 ? null : system.apply(name.substring(4));
        }
        ConfigValue other = all.get(name);
        if (other == null) {
            return null;
        } else if (!open.add(name)) {
            throw new ConfigurationException("${" + name + "} (expected: a key that does not lead back to itself, not "
                    + String.join(" -> ", open) + " -> " + name + ")");
        } else if (open.size() > DEEPEST) {
            throw new ConfigurationException(
                    "${" + name + "} (expected: at most " + DEEPEST + " keys that lead from one to the next)");
        }
        String resolved = resolve(other.value().trim(), open);
        open.remove(name);
        return resolved;
    }

    private String expectation(String name) {
        if (name.startsWith("env:")) {
            return "the environment variable " + name.substring(4) + ", or a default as in ${" + name + ":-default}";
        } else if (name.startsWith("sys:")) {
            return "the system property " + name.substring(4) + ", or a default as in ${" + name + ":-default}";
        }
        String nearest = null;
        if (environment.apply(name) != null) {
            nearest = "${env:" + name + "}";
        } else if (suggestions++ < MOST_SUGGESTIONS) {
            nearest = NearestKey.of(name, all.keySet());
        }
        return "env:NAME, sys:NAME or a key of the configuration, $${ for a plain ${"
                + (nearest == null ? "" : "; did you mean " + nearest + "?");
    }
}
