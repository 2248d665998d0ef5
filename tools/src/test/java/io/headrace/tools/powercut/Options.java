package io.headrace.tools.powercut;

import java.nio.file.Path;

/** What the command line of {@code power-cuts} said; the script has checked and completed it. */
record Options(
        Mode mode,
        int runs,
        long seed,
        String channel,
        String appender,
        String sync,
        int chain,
        boolean withoutSync,
        Path launcher,
        Path cutScript,
        Path work,
        String commit,
        String javaFlags) {
    static Options read() {
        return new Options(
                Mode.of(value("mode")),
                Integer.parseInt(value("runs")),
                Long.parseLong(value("seed")),
                value("channel"),
                value("appender"),
                value("sync"),
                Integer.parseInt(value("chain")),
                value("without-sync").equals("yes"),
                Path.of(value("launcher")),
                Path.of(value("cut-script")),
                Path.of(value("work")),
                value("commit"),
                value("java-flags"));
    }

    private static String value(String name) {
        String value = System.getProperty("cuts." + name);
        if (value == null) {
            throw new IllegalArgumentException("cuts." + name + ": not set (expected: start tools/src/rig/power-cuts)");
        }
        return value;
    }
}
