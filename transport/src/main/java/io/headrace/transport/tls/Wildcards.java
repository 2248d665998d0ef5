package io.headrace.transport.tls;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names with {@code *} for any characters; case does not matter. */
final class Wildcards {
    private Wildcards() {}

    static Pattern pattern(String text) {
        String expression =
                Arrays.stream(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
    }
}
