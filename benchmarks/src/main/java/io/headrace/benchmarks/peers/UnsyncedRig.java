package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Appends that nobody syncs, with checksums, beside Chronicle Queue, in turn, round by round. Started by {@code
 * benchmarks/append-unsynced}, which says what is measured.
 */
public final class UnsyncedRig extends Rig {
    private static final String CHANNEL = "headrace, channel";
    private static final String LOG = "headrace, log";
    private static final String SINGLE = "chronicle, 1 a document";
    private static final String HUNDRED = "chronicle, 100 a document";
    private static final long WARM_PART = 4;
    private static final Map<String, String> TOLD = Map.of(
            CHANNEL, "Headrace file channel",
            LOG, "Headrace log alone",
            SINGLE, "Chronicle Queue, an event a document",
            HUNDRED, "Chronicle Queue, 100 events a document");
    private static final List<String> OURS_VERIFIED =
            List.of("frames read from the log, opened again, with their checksums");
    private static final List<String> CHRONICLE_VERIFIED =
            List.of("number and checksums of events read from the queue", "bytes of its files");

    private final Answers answers = new Answers();

    private UnsyncedRig(Order options, Path folder) {
        super(options, folder);
    }

    /**
     * Runs the rounds and prints their figures; exit code 1 when an expectation is missed and {@code check=yes}.
     *
     * @param arguments options, {@code name=value}
     */
    public static void main(String[] arguments) throws IOException {
        main("append-unsynced", arguments, UnsyncedRig::new);
    }

    @Override
    void run() throws IOException {
        PeerCommands commands = new PeerCommands(folder, options);
        String appender = options.text("appender");
        try (PeerProcess channel = commands.headrace("headrace", "never", appender);
                PeerProcess log = commands.log(appender);
                PeerProcess chronicle = commands.chronicle()) {
            long rounds = options.number("rounds");
            for (long round = 0; round <= rounds; round++) {
                boolean counts = round > 0;
                Order order = new Order(Map.of("mode", "append"))
                        .with("events", options.number("events") / (counts ? 1 : WARM_PART))
                        .with("warmEvents", options.number("events") / WARM_PART)
                        .with("producers", options.text("producers"))
                        .with("inFlight", options.text("inFlight"))
                        .with("eventBytes", HeadracePeer.EVENT_BYTES)
                        .with("syncEvents", 0);
                ask(log, LOG, order, counts);
                ask(chronicle, SINGLE, order.with("documentEvents", 1), counts);
                ask(channel, CHANNEL, order, counts);
                ask(chronicle, HUNDRED, order.with("documentEvents", HeadracePeer.FRAME_EVENTS), counts);
            }
        }
    }

    private void ask(PeerProcess peer, String name, Order order, boolean counts) throws IOException {
        Settle.disk(folder);
        Order answer = peer.run(order);
        if (counts) {
            answers.add(name, answer);
        }
        System.err.printf(
                Locale.ROOT, "%s %-28s %,12.0f events/s%n", counts ? "round " : "warm  ", name, Answers.rate(answer));
    }

    @Override
    void tell(RigJson json) {
        for (String peer : answers.peers()) {
            List<String> verified = peer.equals(LOG) || peer.equals(CHANNEL) ? OURS_VERIFIED : CHRONICLE_VERIFIED;
            answers.forEach(
                    peer,
                    answer ->
                            json.rate(TOLD.get(peer), answer, "events/s", Answers.rate(answer), 0, verified, Map.of()));
        }
    }

    @Override
    boolean report() {
        System.out.print(answers.table());
        List<Verdict> verdicts = new ArrayList<>();
        for (String ours : List.of(LOG, CHANNEL)) {
            for (String theirs : List.of(SINGLE, HUNDRED)) {
                verdicts.add(Verdict.atLeast(
                        ours + " / " + theirs, answers.rates(ours).over(answers.rates(theirs)), 1));
            }
        }
        verdicts.forEach(verdict -> System.out.println(verdict.line()));
        return verdicts.stream().allMatch(Verdict::met);
    }
}
