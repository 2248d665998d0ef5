package io.headrace.engine.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A key of one of Flume's components.
 *
 * @param pattern the key; {@code prefix.*} for all below
 * @param kind what to make of it
 * @param choices the words it takes, for {@link Kind#CHOICE}
 * @param required whether the component does not start without it
 * @param note for {@link Kind#UNUSED} and {@link Kind#NO_KEY} why, for {@link Kind#MEANT} the right key
 */
record FlumeKey(String pattern, Kind kind, List<String> choices, boolean required, String note) {
    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d+");

    /** What to make of a key. */
    enum Kind {
        TEXT,
        NUMBER,
        BOOLEAN,
        CHOICE,
        WORDS,
        /** Flume reads it and does nothing with it. */
        UNUSED,
        /** Flume does not read it, although it looks like a key. */
        NO_KEY,
        /** Flume does not read it; its author meant another one. */
        MEANT
    }

    /** {@code KEY: TYPE [required]}, {@code KEY: unused WHY}, {@code KEY: none WHY} or {@code KEY: meant OTHER}. */
    static FlumeKey parse(String line) {
        int colon = line.indexOf(": ");
        if (colon < 1) {
            throw new IllegalArgumentException(line + " (expected: KEY: TYPE)");
        }
        String pattern = line.substring(0, colon);
        String[] words = line.substring(colon + 2).trim().split("\\s+", 2);
        String rest = words.length > 1 ? words[1] : "";
        boolean required = rest.equals("required");
        Kind kind =
                switch (words[0]) {
                    case "text" -> Kind.TEXT;
                    case "number" -> Kind.NUMBER;
                    case "boolean" -> Kind.BOOLEAN;
                    case "words" -> Kind.WORDS;
                    case "unused" -> Kind.UNUSED;
                    case "none" -> Kind.NO_KEY;
                    case "meant" -> Kind.MEANT;
                    default -> Kind.CHOICE;
                };
        boolean plain = kind.ordinal() <= Kind.WORDS.ordinal();
        if (plain && !rest.isEmpty() && !required || kind == Kind.CHOICE && !words[0].contains("|")) {
            throw new IllegalArgumentException(line + " (expected: a type, then required or nothing)");
        }
        List<String> choices = kind == Kind.CHOICE ? List.of(words[0].split("\\|")) : List.of();
        return new FlumeKey(pattern, kind, choices, required, plain ? "" : rest);
    }

    boolean matches(String key) {
        return isPrefix() ? key.startsWith(prefix()) && key.length() > prefix().length() : pattern.equals(key);
    }

    boolean isPrefix() {
        return pattern.endsWith("*");
    }

    /** Whether its author wrote a key that there is not. */
    boolean isMistake() {
        return kind == Kind.NO_KEY || kind == Kind.MEANT;
    }

    /** Whether what follows a blank and {@code #} belongs to the value. */
    boolean isText() {
        return kind == Kind.TEXT;
    }

    /** The key that was meant by {@code written}, for {@link Kind#MEANT}. */
    String meant(String written) {
        String right = note.split("\\s+", 2)[0];
        return right.endsWith("*")
                ? right.substring(0, right.length() - 1) + written.substring(prefix().length())
                : right;
    }

    /** What is expected when {@code text} is no value of it. */
    Optional<String> expectation(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return switch (kind) {
            case NUMBER -> WHOLE.matcher(text).matches() ? Optional.empty() : Optional.of("a whole number");
            case BOOLEAN ->
                lower.equals("true") || lower.equals("false") ? Optional.empty() : Optional.of("true or false");
            case CHOICE ->
                choices.stream()
                                .anyMatch(choice ->
                                        choice.toLowerCase(Locale.ROOT).equals(lower)
                                                || choice.equals("CLASS") && text.contains("."))
                        ? Optional.empty()
                        : Optional.of("one of " + String.join(", ", choices).replace("CLASS", "a class name"));
            default -> Optional.empty();
        };
    }

    private String prefix() {
        return pattern.substring(0, pattern.length() - 1);
    }
}
