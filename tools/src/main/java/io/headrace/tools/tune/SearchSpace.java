package io.headrace.tools.tune;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The knobs that a pipeline has, and the values to be tried for each, in order. Immutable. */
final class SearchSpace {
    private final Map<Knob, List<String>> values;

    SearchSpace(Map<Knob, List<String>> values) {
        Map<Knob, List<String>> copied = new EnumMap<>(Knob.class);
        values.forEach((knob, tried) -> copied.put(knob, List.copyOf(tried)));
        this.values = Collections.unmodifiableMap(copied);
    }

    Set<Knob> knobs() {
        return values.keySet();
    }

    List<String> values(Knob knob) {
        return values.get(knob);
    }

    /** Any value for each knob. */
    Candidate sample(Random random) {
        Map<Knob, String> chosen = new EnumMap<>(Knob.class);
        values.forEach((knob, tried) -> chosen.put(knob, tried.get(random.nextInt(tried.size()))));
        return new Candidate(chosen);
    }
}
