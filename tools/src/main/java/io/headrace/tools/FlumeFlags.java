package io.headrace.tools;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * Options of flume-ng's agent that are not quite ours: what has a meaning here gets it, what has none is named when it
 * is given, and a configuration that is not in a file is refused.
 */
final class FlumeFlags {
    private static final String FILES_ONLY = " (expected: -f FILE; configurations are read from files only)";

    /** Of Log4j, in Flume's folder of configuration. */
    private static final List<String> LOGGING_FILES = List.of("log4j2.xml", "log4j.properties");

    @Option(
            names = {"-c", "--conf"},
            paramLabel = "DIR",
            description = "flume-env.sh in it is run as shell code before the start, as flume-ng does.")
    private Path folder;

    @Option(
            names = {"-u", "--conf-uri"},
            paramLabel = "URI",
            description = "As -f, for a file: URI; others are refused.")
    private List<String> uris = new ArrayList<>();

    @Option(
            names = "--no-reload-conf",
            description = "Taken for flume-ng's sake; a changed file is not read again anyway.")
    private boolean noReload;

    @Option(
            names = {"-i", "--poll-interval"},
            paramLabel = "SECONDS",
            hidden = true)
    private Integer pollInterval;

    @Option(
            names = {"-b", "--backup-directory"},
            paramLabel = "DIR",
            hidden = true)
    private Path backupDirectory;

    @Option(
            names = {"-z", "--zkConnString"},
            paramLabel = "HOSTS",
            hidden = true)
    private String zooKeeper;

    @Option(
            names = {"-p", "--zkBasePath"},
            paramLabel = "PATH",
            hidden = true)
    private String zooKeeperPath;

    @Option(
            names = {"-a", "--auth-provider"},
            paramLabel = "CLASS",
            hidden = true)
    private String authProvider;

    @Option(
            names = {"-prov", "--conf-provider"},
            paramLabel = "CLASS",
            hidden = true)
    private String provider;

    @Option(
            names = {"-user", "--conf-user"},
            paramLabel = "NAME",
            hidden = true)
    private String user;

    @Option(
            names = {"-pwd", "--conf-password"},
            paramLabel = "PASSWORD",
            hidden = true)
    private String password;

    /**
     * Says which of the options change nothing.
     *
     * @throws CommandException for a configuration that is not in files
     */
    void check(Console console) {
        refuse("--zkConnString", zooKeeper);
        refuse("--zkBasePath", zooKeeperPath);
        refuse("--conf-provider", provider);
        refuse("--auth-provider", authProvider);
        refuse("--conf-user", user);
        refuse("--conf-password", password == null ? null : "***");
        if (folder != null) {
            for (String name : LOGGING_FILES) {
                Path file = folder.resolve(name);
                if (Files.exists(file)) {
                    console.err()
                            .println("headrace: warning: " + file + " changes nothing: messages go where"
                                    + " -Dflume.root.logger=LEVEL,console or -Dlogback.configurationFile=FILE say");
                }
            }
        }
        if (pollInterval != null) {
            ignore(console, "--poll-interval", pollInterval, "a changed file is not read again, restart the agent");
        }
        if (backupDirectory != null) {
            ignore(console, "--backup-directory", backupDirectory, "there is no copy of a configuration in a file");
        }
    }

    /** The files of {@code -f}, then those of {@code -u}. */
    List<Path> files(List<Path> files) {
        List<Path> all = new ArrayList<>(files);
        for (String uri : uris) {
            all.add(path(uri));
        }
        return all;
    }

    private static Path path(String uri) {
        try {
            if (!uri.contains(":") || uri.indexOf('/') >= 0 && uri.indexOf('/') < uri.indexOf(':')) {
                return Path.of(uri);
            }
            URI parsed = URI.create(uri);
            if (!"file".equalsIgnoreCase(parsed.getScheme())) {
                throw new CommandException(ExitCode.USAGE, "--conf-uri: " + uri + FILES_ONLY);
            }
            return parsed.isOpaque() ? Path.of(parsed.getSchemeSpecificPart()) : Path.of(parsed);
        } catch (IllegalArgumentException notAPath) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--conf-uri: " + uri + " (expected: a file, such as file:///etc/agent.conf)",
                    notAPath);
        }
    }

    private static void refuse(String option, String value) {
        if (value != null) {
            throw new CommandException(ExitCode.USAGE, option + ": " + value + FILES_ONLY);
        }
    }

    private static void ignore(Console console, String option, Object value, String why) {
        console.err().println("headrace: warning: " + option + ": " + value + " changes nothing: " + why);
    }
}
