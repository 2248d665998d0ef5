package io.headrace.tools;

import java.util.Locale;
import picocli.CommandLine.Option;

/** The flags that say where metrics and health are served: Headrace's own, and Flume's Java properties. */
final class MonitoringOptions {
    private static final String TYPE = "flume.monitoring.type";
    private static final String PORT = "flume.monitoring.port";
    private static final int FLUME_PORT = 41_414;
    private static final int HIGHEST_PORT = 65_535;
    private static final String LOOPBACK = "127.0.0.1";

    /** What Flume listens on. */
    private static final String EVERYWHERE = "0.0.0.0";

    /** What {@code /metrics} looks like. */
    enum Shape {
        FLAT,
        NESTED
    }

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = {
                "Serve /metrics, /metrics/prometheus and /health at this port, to this machine only; 0: any free one.",
                "-Dflume.monitoring.type=http -Dflume.monitoring.port=PORT does so on all addresses, as Flume."
            })
    private String port;

    @Option(
            names = "--metrics-bind",
            paramLabel = "ADDRESS",
            description = "Serve them on this address (default: " + LOOPBACK + ", " + EVERYWHERE
                    + " with Flume's properties).")
    private String bind;

    @Option(
            names = "--metrics-shape",
            paramLabel = "SHAPE",
            defaultValue = "flat",
            description = "What /metrics looks like: flat as Flume's, or nested with numbers (default: "
                    + "${DEFAULT-VALUE}). /metrics?shape= asks for either.")
    private Shape shape;

    /**
     * What is to be served; null for nothing.
     *
     * @throws CommandException for a port that is none
     */
    Monitoring read(Console console) {
        boolean nested = shape == Shape.NESTED;
        String type = System.getProperty(TYPE);
        boolean flume = type != null && type.equalsIgnoreCase("http");
        if (type != null && !flume) {
            console.err().println("headrace: warning: " + instead(type));
        }
        if (port != null) {
            return new Monitoring(bind == null ? LOOPBACK : bind, number("--metrics-port", port), nested);
        }
        if (!flume) {
            return null;
        }
        String given = System.getProperty(PORT);
        int number = given == null ? FLUME_PORT : number("-D" + PORT, given);
        return new Monitoring(bind == null ? EVERYWHERE : bind, number, nested);
    }

    private String instead(String type) {
        String use =
                switch (type.toLowerCase(Locale.ROOT)) {
                    case "prometheus" ->
                        "/metrics/prometheus is served wherever /metrics is: -D" + TYPE + "=http, or --metrics-port";
                    case "ganglia" -> "nothing is sent to Ganglia; let it read --metrics-port PORT, /metrics";
                    default -> "no class is loaded for it; read --metrics-port PORT, /metrics";
                };
        return "-D" + TYPE + ": " + type + " (expected: http); " + use;
    }

    private static int number(String option, String text) {
        try {
            int number = Integer.parseInt(text.trim());
            if (number >= 0 && number <= HIGHEST_PORT) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw new CommandException(ExitCode.USAGE, option + ": " + text + " (expected: 0.." + HIGHEST_PORT + ")");
        }
        throw new CommandException(ExitCode.USAGE, option + ": " + text + " (expected: 0.." + HIGHEST_PORT + ")");
    }
}
