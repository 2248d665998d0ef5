package io.headrace.benchmarks.peers;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The main loop of a peer's process: an order a line from standard input, an answer a line to standard output. */
public final class PeerServer {
    private PeerServer() {}

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
