package io.headrace.benchmarks.peers;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The main loop of a peer's process: an order a line from standard input, an answer a line to standard output; or one order
 * from the command line, answered as a suite's contestant.
 */
public final class PeerServer {
    /** Makes a peer that writes in a folder. */
    @FunctionalInterface
    public interface Maker {
        PeerWork in(Path folder) throws Exception;
    }

    private PeerServer() {}

    /**
     * Serves a rig when there is nothing but the folder, otherwise does once what the arguments say, as {@link Contestant}
     * tells.
     *
     * @param arguments a folder, then {@code name=value}
     */
    public static void serve(String[] arguments, Maker maker) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0])).toAbsolutePath();
        if (arguments.length == 1) {
            serve(maker.in(folder));
        }
        PrintStream answers = System.out;
        System.setOut(System.err);
        int exit = 0;
        try (PeerWork work = maker.in(folder)) {
            answers.println(Contestant.run(work, Arrays.asList(arguments).subList(1, arguments.length), folder));
            answers.flush();
        } catch (Throwable e) {
            e.printStackTrace();
            exit = 1;
        }
        System.exit(exit);
    }

    /**
     * Serves until standard input ends. What libraries print goes to standard error. A failure of the work ends the
     * process with exit code 1.
     */
    public static void serve(PeerWork work) {
        PrintStream answers = System.out;
        System.setOut(System.err);
        int exit = 0;
        try (work) {
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                answers.println(new Order(work.run(Order.parse(line))).line());
                answers.flush();
            }
        } catch (Throwable e) {
            e.printStackTrace();
            exit = 1;
        }
        System.exit(exit);
    }
}
