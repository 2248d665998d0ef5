package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Synced appends of small events, peers in turn, round by round. Started by {@code benchmarks/log-append}, which says
 * what is measured.
 */
public final class LogAppendRig extends Rig {
    private static final String OURS = "headrace";
    private static final String WAITING = "headrace, each waits";
    private static final String DEVICE = "device, same groups";
    private static final String DIRECT = "device, same groups, direct";
    private static final String BESIDE = "the same, two writers";
    private static final int BESIDE_WRITERS = 2;
    private static final String FLUME = "flume";
    private static final String CHRONICLE = "chronicle, sync every 1,000";
    private static final double DEVICE_LEAST = 0.85;
    private static final double FLUME_LEAST = 40;
    private static final double CHRONICLE_LEAST = 4;
    private static final long CHRONICLE_SYNC_EVENTS = 1000;
    private static final Map<String, String> TOLD = Map.of(
            OURS, "Headrace file channel",
            WAITING, "Headrace, each producer waits",
            DEVICE, "bare device, page cache",
            DIRECT, "bare device, direct",
            BESIDE, "bare device, direct, two writers",
            FLUME, "Flume file channel",
            CHRONICLE, "Chronicle Queue, sync every 1,000");
    private static final String ON_DISK = "the disk was given at least the bytes of the bodies";
    private static final List<String> OURS_VERIFIED = List.of(
            "order and number of events at the sink", "the last frames read from the log, opened again", ON_DISK);
    private static final List<String> DEVICE_VERIFIED = List.of("as many bytes written as the log wrote", ON_DISK);
    private static final Map<String, List<String>> VERIFIED = Map.of(
            OURS, OURS_VERIFIED,
            WAITING, OURS_VERIFIED,
            DEVICE, DEVICE_VERIFIED,
            DIRECT, DEVICE_VERIFIED,
            BESIDE, DEVICE_VERIFIED,
            FLUME, List.of("number and checksums of events taken are those of events put", ON_DISK),
            CHRONICLE, List.of("number and checksums of events read from the queue", ON_DISK));
    private static final long WARM_PART = 4;
    /** The compiler takes half a core for the first two. */
    private static final long WARM_ROUNDS = 3;

    private final List<String> wanted;
    private final Path groups;
    private final Map<String, PeerProcess> processes = new LinkedHashMap<>();
    private final Answers answers = new Answers();
    private Order recorded;

    private LogAppendRig(Order options, Path folder) throws IOException {
        super(options, folder);
        this.wanted = Arrays.asList(options.text("peers").split(","));
        this.groups = folder.resolve("groups").toAbsolutePath();
        PeerCommands commands = new PeerCommands(folder, options);
        processes.put(OURS, commands.headrace(OURS, "always", options.text("appender")));
        if (wanted.contains("device")) {
            processes.put(DEVICE, commands.device());
        }
        if (wanted.contains("flume")) {
            processes.put(FLUME, commands.flume());
        }
        if (wanted.contains("chronicle")) {
            processes.put(CHRONICLE, commands.chronicle());
        }
    }

    /**
     * Runs the rounds and prints their figures; exit code 1 when an expectation is missed and {@code check=yes}.
     *
     * @param arguments options, {@code name=value}
     */
    public static void main(String[] arguments) throws IOException {
        main("log-append", arguments, LogAppendRig::new);
    }

    @Override
    public void close() {
        closeAll(processes.values(), PeerProcess::close);
    }

    @Override
    void run() throws IOException {
        long rounds = options.number("rounds");
        for (long round = 1 - WARM_ROUNDS; round <= rounds; round++) {
            boolean counts = round > 0;
            ours(OURS, options.number("inFlight"), options.number("events"), counts);
            replay(DEVICE, "no", counts);
            replay(DIRECT, "yes", counts);
            replayBeside(counts);
            if (wanted.contains("waiting")) {
                ours(WAITING, 1, options.number("waitingEvents"), counts);
            }
            ask(FLUME, FLUME, order("flumeEvents", counts).with("sinks", options.text("flumeSinks")), counts);
            ask(
                    CHRONICLE,
                    CHRONICLE,
                    order("chronicleEvents", counts)
                            .with("documentEvents", 1)
                            .with("syncEvents", CHRONICLE_SYNC_EVENTS),
                    counts);
        }
    }

    private void ours(String name, long inFlight, long events, boolean counts) throws IOException {
        Order order = new Order(Map.of("mode", "append"))
                .with("producers", options.text("producers"))
                .with("inFlight", inFlight)
                .with("events", counts ? events : Math.max(events / WARM_PART, 1_000_000 / (inFlight == 1 ? 4 : 1)))
                .with("warmEvents", events / WARM_PART);
        if (name.equals(OURS)) {
            recorded = ask(OURS, name, order.with("groups", groups), counts);
        } else {
            ask(OURS, name, order, counts);
        }
    }

    private void replay(String name, String direct, boolean counts) throws IOException {
        Order order = new Order(Map.of("mode", "replay", "groups", groups.toString(), "direct", direct))
                .with("events", recorded.text(Stopwatch.EVENTS))
                .with("bytes", recorded.text(Stopwatch.BYTES));
        ask(DEVICE, name, order, counts);
    }

    private void replayBeside(boolean counts) throws IOException {
        Order order = new Order(Map.of("mode", "beside", "groups", groups.toString()))
                .with("writers", BESIDE_WRITERS)
                .with("events", recorded.text(Stopwatch.EVENTS))
                .with("bytes", recorded.text(Stopwatch.BYTES));
        ask(DEVICE, BESIDE, order, counts);
    }

    private Order order(String events, boolean counts) {
        long wantedEvents = options.number(events);
        return new Order(Map.of("mode", "append"))
                .with("producers", options.text("producers"))
                .with("eventBytes", HeadracePeer.EVENT_BYTES)
                .with("events", counts ? wantedEvents : wantedEvents / WARM_PART);
    }

    private Order ask(String process, String name, Order order, boolean counts) throws IOException {
        PeerProcess peer = processes.get(process);
        if (peer == null) {
            return null;
        }
        Settle.disk(folder);
        Order answer = peer.run(order);
        checkDisk(name, answer);
        if (counts) {
            answers.add(name, answer);
        }
        System.err.printf(
                Locale.ROOT,
                "%s %-28s %,12.0f events/s, disk %.2f%n",
                counts ? "round " : "warm  ",
                name,
                Answers.rate(answer),
                Answers.diskBytes(answer));
        return answer;
    }

    /** What was synced must have reached a disk. */
    private static void checkDisk(String name, Order answer) {
        long disk = answer.number(Stopwatch.DISK_BYTES, -1);
        long bodies = answer.number(Stopwatch.BYTES);
        if (disk < bodies) {
            throw new IllegalStateException(name + ": the disk was given "
                    + (disk < 0 ? "nothing, there is none" : disk + " bytes") + " (expected: >= " + bodies + ")");
        }
    }

    @Override
    void tell(RigJson json) {
        for (String peer : answers.peers()) {
            answers.forEach(
                    peer,
                    answer -> json.rate(
                            TOLD.get(peer),
                            answer,
                            "events/s",
                            Answers.rate(answer),
                            0,
                            VERIFIED.get(peer),
                            Map.of(
                                    "% of the time in writes", Answers.share(answer, "writeNanos"),
                                    "% of the time in syncs", Answers.share(answer, "syncNanos"))));
        }
    }

    @Override
    boolean report() {
        System.out.print(answers.table());
        Series ours = answers.rates(OURS);
        System.out.printf(
                Locale.ROOT,
                "groups: %.0f KiB between two syncs on average%n",
                answers.series(OURS, answer -> answer.number("groupBytes") / 1024.0 / answer.number("syncs"))
                        .median());
        List<Verdict> verdicts = new ArrayList<>();
        if (answers.has(DEVICE)) {
            // Beside the device as the appender uses it.
            boolean direct = recorded.text("appender").equals("DIRECT");
            verdicts.add(Verdict.atLeast(
                    "file channel / bare device" + (direct ? ", direct" : ""),
                    ours.over(answers.rates(direct ? DIRECT : DEVICE)),
                    DEVICE_LEAST));
            verdicts.add(Verdict.atLeast(
                    "file channel / bare device, direct, two writers", ours.over(answers.rates(BESIDE)), DEVICE_LEAST));
            System.out.printf(
                    Locale.ROOT,
                    "file channel / bare device, %s: %s%n",
                    direct ? "through the page cache" : "direct",
                    ours.over(answers.rates(direct ? DEVICE : DIRECT)).text("%.2f"));
        }
        if (answers.has(FLUME)) {
            verdicts.add(Verdict.atLeast(
                    "file channel / Flume's file channel", ours.over(answers.rates(FLUME)), FLUME_LEAST));
        }
        if (answers.has(CHRONICLE)) {
            verdicts.add(Verdict.atLeast(
                    "file channel / Chronicle Queue, sync every 1,000",
                    ours.over(answers.rates(CHRONICLE)),
                    CHRONICLE_LEAST));
        }
        if (answers.has(WAITING) && answers.has(FLUME)) {
            System.out.printf(
                    Locale.ROOT,
                    "each producer waits for its acknowledgement: file channel / Flume's: %s%n",
                    answers.rates(WAITING).over(answers.rates(FLUME)).text("%.2f"));
        }
        verdicts.forEach(verdict -> System.out.println(verdict.line()));
        return verdicts.stream().allMatch(Verdict::met);
    }
}
