package io.headrace.engine.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds HDFS paths that need the time of each event where no event has one: Flume then tries the same batch for ever. Where
 * events come from other machines only those know, so that it is a notice.
 */
final class TimestampCheck {
    private static final Pattern TIME_ESCAPE = Pattern.compile("%[aAbBcdeDHIjklmMnpsStyYzZ]");
    private static final List<String> PATH_KEYS = List.of("hdfs.path", "hdfs.filePrefix", "hdfs.fileSuffix");

    private final CheckContext context;

    TimestampCheck(CheckContext context) {
        this.context = context;
    }

    void check() {
        for (DeclaredPart sink : context.parts) {
            boolean needs = sink.kind() == ComponentKind.SINK
                    && sink.isA("hdfs")
                    && !sink.word("hdfs.useLocalTimeStamp").equals("true");
            if (needs) {
                PATH_KEYS.stream()
                        .map(sink.written()::get)
                        .filter(value -> value != null && escape(value) != null)
                        .findFirst()
                        .ifPresent(value -> check(sink, value));
            }
        }
    }

    private void check(DeclaredPart sink, ConfigValue path) {
        String local = path.key().substring(0, path.key().lastIndexOf('.') + 1) + "useLocalTimeStamp";
        for (DeclaredPart source : context.parts) {
            boolean feeds = source.kind() == ComponentKind.SOURCE
                    && source.channels().stream().anyMatch(sink.channels()::contains);
            if (!feeds || isStamped(source)) {
                continue;
            }
            String message = path.key() + ": " + path.value() + ": " + escape(path)
                    + " needs the header timestamp, which source " + source.name();
            String expectation = " (expected: " + local + " = true, or an interceptor timestamp ";
            if (carriesHeaders(source)) {
                context.findings.note(
                        path, "sink " + sink.name(), message + " only passes on" + expectation + "where events begin)");
            } else {
                context.findings.warn(
                        path,
                        "sink " + sink.name(),
                        message + " does not set" + expectation + "at source " + source.name() + ")");
            }
            return;
        }
    }

    private static String escape(ConfigValue path) {
        Matcher matcher = TIME_ESCAPE.matcher(path.value().replaceAll("%\\{[^}]*}", ""));
        return matcher.find() ? matcher.group() : null;
    }

    /** Whether the source or one of its interceptors sets the header. */
    private boolean isStamped(DeclaredPart source) {
        return source.isA("syslogtcp", "syslogudp", "multiport_syslogtcp", "kafka", "twitter")
                || source.interceptors().stream().anyMatch(this::sets);
    }

    private boolean sets(ComponentSettings interceptor) {
        String alias = context.types.alias("interceptor", interceptor.type());
        return switch (alias) {
            case "timestamp" ->
                header(interceptor, "headerName", "header").isEmpty()
                        || header(interceptor, "headerName", "header").equals("timestamp");
            case "static" -> header(interceptor, "key").equals("timestamp");
            case "regex_extractor" ->
                interceptor.values().entrySet().stream()
                        .anyMatch(entry -> entry.getKey().endsWith(".name")
                                && SettingParser.bare(entry.getValue().value()).equals("timestamp"));
            case "host", "remove_header", "search_replace", "regex_filter", "uuid" -> false;
            default -> true;
        };
    }

    private static String header(ComponentSettings interceptor, String... keys) {
        for (String key : keys) {
            ConfigValue value = interceptor.values().get(key);
            if (value != null) {
                return SettingParser.bare(value.value());
            }
        }
        return "";
    }

    private static boolean carriesHeaders(DeclaredPart source) {
        return !source.isA("taildir", "exec", "spooldir", "netcat", "netcatudp", "seq", "stress");
    }
}
