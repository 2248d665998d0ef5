package io.headrace.benchmarks.suites;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Words of a command with what stands for {@code ${name}} in them. Immutable. */
final class Words {
    private static final Pattern NAME = Pattern.compile("\\$\\{([^}]*)}");
    private static final String FLAGS = "flags";

    private final Map<String, String> values;
    private final List<String> flags;

    private Words(Map<String, String> values, List<String> flags) {
        this.values = values;
        this.flags = flags;
    }

    /**
     * @param flags what {@code ${flags}} stands for, which must be a word of its own
     */
    static Words of(Map<String, String> values, List<String> flags) {
        return new Words(Map.copyOf(values), List.copyOf(flags));
    }

    /** The same with further names; a name that is there already is replaced. */
    Words with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.putAll(more);
        return new Words(all, flags);
    }

    Words with(String name, String value) {
        return with(Map.of(name, value));
    }

    /**
     * @throws IllegalArgumentException when a name stands for nothing
     */
    List<String> expand(List<String> command) {
        List<String> words = new ArrayList<>();
        for (String word : command) {
            if (word.equals("${" + FLAGS + "}")) {
                words.addAll(flags);
            } else {
                words.add(expand(word));
            }
        }
        return words;
    }

    String expand(String word) {
        Matcher matcher = NAME.matcher(word);
        StringBuilder expanded = new StringBuilder();
        while (matcher.find()) {
            String value = values.get(matcher.group(1));
            if (value == null) {
                throw new IllegalArgumentException(
                        matcher.group() + " in " + word + " (expected: of " + new TreeSet<>(values.keySet()) + ")");
            }
            matcher.appendReplacement(expanded, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(expanded).toString();
    }
}
