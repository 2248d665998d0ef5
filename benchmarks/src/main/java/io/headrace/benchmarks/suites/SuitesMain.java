package io.headrace.benchmarks.suites;

import io.headrace.benchmarks.peers.Settle;
import io.headrace.benchmarks.report.ReportPage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What {@code benchmarks/run} starts: lists suites, says which peers they need, runs them, and makes the report, also of
 * results that are there already.
 */
public final class SuitesMain {
    private static final long STOP_SECONDS = 20;
    private static final int USAGE = 64;

    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> names = new ArrayList<>();

    private SuitesMain(String[] arguments) {
        for (int i = 1; i < arguments.length; i++) {
            int at = arguments[i].indexOf('=');
            if (at > 0) {
                settings.put(arguments[i].substring(0, at), arguments[i].substring(at + 1));
            } else {
                names.add(arguments[i]);
            }
        }
    }

    /**
     * @param arguments {@code list}, {@code needs}, {@code run} or {@code report}, then {@code name=value} and names of
     *     suites, or of files
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        SuitesMain main = new SuitesMain(arguments);
        int exit;
        try {
            exit = switch (arguments[0]) {
                case "list" -> main.list();
                case "needs" -> main.needs();
                case "run" -> main.run();
                case "report" -> main.report();
                default ->
                    throw new IllegalArgumentException(
                            "command: " + arguments[0] + " (expected: list, needs, run or report)");
            };
        } catch (IllegalArgumentException e) {
            System.err.println("run: " + e.getMessage());
            exit = USAGE;
        }
        System.exit(exit);
    }

    private List<Suite> suites() throws IOException {
        return SuiteFiles.read(Path.of("suites"), names);
    }

    private Mode mode() {
        return settings.getOrDefault("mode", "full").equals("quick") ? Mode.QUICK : Mode.FULL;
    }

    private int list() throws IOException {
        for (Suite suite : suites()) {
            System.out.printf("%-18s %s%n", suite.name(), suite.title());
            for (Contestant each : suite.contestants()) {
                System.out.printf("%-18s   %s%s%n", "", each.name(), each.ours() ? "" : " (peer)");
            }
        }
        return 0;
    }

    private int needs() throws IOException {
        TreeSet<String> peers = new TreeSet<>();
        for (Suite suite : suites()) {
            peers.addAll(suite.peers(mode()));
        }
        peers.forEach(System.out::println);
        return 0;
    }

    private int run() throws IOException, InterruptedException {
        Path file = Path.of(setting("out"));
        Options options = new Options(
                Path.of("").toAbsolutePath(),
                suites(),
                mode(),
                Integer.parseInt(settings.getOrDefault("rounds", "0")),
                Double.parseDouble(settings.getOrDefault("budget", "0")),
                words(),
                settings.get("sources"));
        Floors floors = floors();
        Files.createDirectories(file.toAbsolutePath().getParent());
        boolean quick = mode() == Mode.QUICK;
        Driver driver = new Driver(options, file.toAbsolutePath(), System.err, folder -> Settle.disk(folder, quick));
        CountDownLatch written = new CountDownLatch(1);
        Thread stopping = new Thread(() -> stop(driver, written), "stop");
        Runtime.getRuntime().addShutdownHook(stopping);
        try {
            return finish(driver.run(), floors);
        } finally {
            written.countDown();
        }
    }

    /** Ctrl-C: lets the results be written before the process ends. */
    private static void stop(Driver driver, CountDownLatch written) {
        if (written.getCount() == 0) {
            return;
        }
        System.err.println("stopping; what was measured is kept");
        driver.stop();
        try {
            if (!written.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("run: no report after " + STOP_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int report() throws IOException {
        List<Results> all = new ArrayList<>();
        for (String name : names) {
            all.add(Json.read(Path.of(name), Results.class));
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("results: none (expected: files that benchmarks/run wrote)");
        }
        return finish(Results.merge(all), floors());
    }

    private Floors floors() throws IOException {
        return Json.read(Path.of(settings.getOrDefault("floors", "floors.json")), Floors.class);
    }

    private int finish(Results results, Floors floors) throws IOException {
        List<Floors.Judgement> judgements = floors.judge(results);
        Path page = Path.of(setting("report"));
        Files.writeString(page, ReportPage.html(results, judgements));
        System.err.println("report: " + page);
        if (!results.complete()) {
            System.err.println("run: not complete: " + results.reason());
        }
        boolean failed = results.runs().stream().anyMatch(run -> run.failure() != null && !run.skipped());
        if (failed) {
            System.err.println("run: there were failures; the report has them");
        }
        if (!settings.getOrDefault("check", "no").equals("yes")) {
            return failed ? 1 : 0;
        }
        judgements.forEach(each -> System.out.println(each.line()));
        if (judgements.isEmpty()) {
            System.out.println("floors.json has none for these suites: nothing was checked");
        }
        return !failed && !judgements.isEmpty() && judgements.stream().allMatch(Floors.Judgement::met) ? 0 : 1;
    }

    private Words words() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put(
                "java", Path.of(System.getProperty("java.home"), "bin", "java").toString());
        values.put("classes", System.getProperty("java.class.path"));
        values.put("benchmarks", Path.of("").toAbsolutePath().toString());
        values.put("mode", mode().word());
        settings.forEach((name, value) -> {
            if (name.startsWith("peer.")) {
                values.put(name.substring("peer.".length()), value);
            }
        });
        // Those of lib/rig.bash; heap and collector are for each contestant to say.
        List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-Xm") && !flag.equals("-XX:+UseSerialGC"))
                .toList();
        return Words.of(values, flags);
    }

    private String setting(String name) {
        String value = settings.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + ": nothing (expected: " + name + "=FILE)");
        }
        return value;
    }
}
