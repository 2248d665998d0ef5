package io.headrace.tools.tune;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A value for each knob. Immutable.
 *
 * @param values by knob, as they are written in a configuration
 */
record Candidate(Map<Knob, String> values) {
    Candidate {
        values = Collections.unmodifiableMap(values.isEmpty() ? new EnumMap<>(Knob.class) : new EnumMap<>(values));
    }

    String value(Knob knob) {
        return values.get(knob);
    }

    /** The same with another value. */
    Candidate with(Knob knob, String value) {
        Map<Knob, String> changed = new EnumMap<>(Knob.class);
        changed.putAll(values);
        changed.put(knob, value);
        return new Candidate(changed);
    }

    /** What is different from another one, with the values of this one. */
    Map<Knob, String> differencesFrom(Candidate other) {
        Map<Knob, String> different = new EnumMap<>(Knob.class);
        values.forEach((knob, value) -> {
            if (!value.equals(other.values.get(knob))) {
                different.put(knob, value);
            }
        });
        return different;
    }

    /** As people read it. */
    String describe() {
        return values.entrySet().stream()
                .map(each -> each.getKey().key() + "=" + each.getValue())
                .collect(Collectors.joining(" "));
    }
}
