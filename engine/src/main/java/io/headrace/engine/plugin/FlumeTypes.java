package io.headrace.engine.plugin;

import io.headrace.engine.spi.ComponentRole;
import java.util.stream.Collectors;

/** Knows classes that were written for Flume's own API, which Headrace doesn't have. */
final class FlumeTypes {
    private static final String PACKAGE = "org.apache.flume.";

    private FlumeTypes() {}

    /** Whether a class extends or implements something of Flume's. */
    static boolean isOne(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (each != type && each.getName().startsWith(PACKAGE)) {
                return true;
            }
            for (Class<?> implemented : each.getInterfaces()) {
                if (implemented.getName().startsWith(PACKAGE) || isOne(implemented)) {
                    return true;
                }
            }
        }
        return false;
    }

    static boolean isMentionedIn(String message) {
        return message.contains(PACKAGE) || message.contains(PACKAGE.replace('.', '/'));
    }

    /** @param role of the component, or null when it isn't known */
    static String expected(ComponentRole role) {
        String types = role == null || role.types().isEmpty()
                ? "the interfaces in io.headrace.engine.spi"
                : role.types().stream().map(ClassLookup::name).collect(Collectors.joining(" or "));
        return "Flume's plug-ins are to be ported: implement " + types + ", see engine/PLUGINS.md";
    }
}
