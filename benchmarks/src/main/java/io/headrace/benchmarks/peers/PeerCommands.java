package io.headrace.benchmarks.peers;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts peers, each in a folder of its own: ours with the flags and class path of this process, others with class paths
 * that hold nothing of ours but the harness.
 */
final class PeerCommands {
    private final Path folder;
    private final Order options;
    private final List<String> prefix;

    /**
     * @param options for a foreign peer its class path in {@code flumePath} or {@code chroniclePath}
     */
    PeerCommands(Path folder, Order options) {
        this(folder, options, List.of());
    }

    private PeerCommands(Path folder, Order options, List<String> prefix) {
        this.folder = folder;
        this.options = options;
        this.prefix = prefix;
    }

    /** Starts peers which only these processors run, from their first instruction on. */
    PeerCommands on(Processors processors) {
        return new PeerCommands(folder, options, List.of("taskset", "-c", processors.list()));
    }

    PeerProcess headrace(String name, String sync, String appender) throws IOException {
        return start(name, ours(), HeadracePeer.class.getName(), sync, appender);
    }

    PeerProcess log(String appender) throws IOException {
        return start("log", ours(), LogPeer.class.getName(), appender);
    }

    PeerProcess device() throws IOException {
        return start("device", ours(), DevicePeer.class.getName());
    }

    PeerProcess flume() throws IOException {
        return flume("flume", "FlumePeer");
    }

    /** One of Flume's, whose class is compiled against its jars. */
    PeerProcess flume(String name, String main) throws IOException {
        List<String> java = java();
        java.add("-Xmx1g");
        java.add("-Dflume.log.file=" + folder.resolve(name + ".log"));
        java.addAll(List.of("-cp", options.text("flumePath")));
        return start(name, java, "io.headrace.benchmarks.peers." + main);
    }

    /** One of this class path. */
    PeerProcess own(String name, Class<? extends PeerWork> main) throws IOException {
        return start(name, ours(), main.getName());
    }

    PeerProcess chronicle() throws IOException {
        List<String> java = java();
        java.add("-Xmx1g");
        // What its documentation asks for from 17 on.
        for (String exported : List.of(
                "java.base/jdk.internal.ref",
                "java.base/sun.nio.ch",
                "jdk.unsupported/sun.misc",
                "jdk.compiler/com.sun.tools.javac.file")) {
            java.add("--add-exports=" + exported + "=ALL-UNNAMED");
        }
        for (String opened : List.of(
                "jdk.compiler/com.sun.tools.javac",
                "java.base/java.lang",
                "java.base/java.lang.reflect",
                "java.base/java.io",
                "java.base/java.util",
                "java.base/sun.nio.ch",
                "java.base/jdk.internal.misc")) {
            java.add("--add-opens=" + opened + "=ALL-UNNAMED");
        }
        java.add("-Dchronicle.announcer.disable=true");
        java.add("-Dchronicle.analytics.disable=true");
        java.addAll(List.of("-cp", options.text("chroniclePath")));
        return start("chronicle", java, "io.headrace.benchmarks.peers.ChroniclePeer");
    }

    private PeerProcess start(String name, List<String> java, String main, String... arguments) throws IOException {
        Path own = Files.createDirectory(folder.resolve(name));
        List<String> command = new ArrayList<>(prefix);
        command.addAll(java);
        command.add(main);
        command.add(own.toAbsolutePath().toString());
        command.addAll(List.of(arguments));
        return new PeerProcess(name, command);
    }

    private static List<String> ours() {
        List<String> java = java();
        java.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        java.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return java;
    }

    private static List<String> java() {
        return new ArrayList<>(
                List.of(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java"));
    }
}
