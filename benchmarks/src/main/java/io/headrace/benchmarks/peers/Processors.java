package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Processors by their numbers, as the system counts them. */
record Processors(List<Integer> numbers) {
    private static final Path SYSTEM = Path.of("/sys/devices/system/cpu");

    Processors {
        numbers = List.copyOf(numbers);
    }

    /**
     * Reads numbers and ranges between commas, as {@code taskset} writes and takes them.
     *
     * @throws IllegalArgumentException with value and expectation where it is none
     */
    static Processors parse(String list) {
        List<Integer> numbers = new ArrayList<>();
        for (String part : list.split(",")) {
            if (!part.matches("\\d{1,6}(-\\d{1,6})?")) {
                throw new IllegalArgumentException(
                        "processors: " + list + " (expected: numbers and ranges between commas, as 0-3,8)");
            }
            String[] ends = part.split("-");
            for (int number = Integer.parseInt(ends[0]); number <= Integer.parseInt(ends[ends.length - 1]); number++) {
                numbers.add(number);
            }
        }
        return new Processors(numbers);
    }

    /** In an order in which the threads of one core follow each other. */
    Processors byCore() throws IOException {
        return byCore(SYSTEM);
    }

    Processors byCore(Path system) throws IOException {
        record Place(int socket, int core, int number) {}

        List<Place> places = new ArrayList<>();
        for (int number : numbers) {
            Path topology = system.resolve("cpu" + number).resolve("topology");
            places.add(new Place(id(topology.resolve("physical_package_id")), id(topology.resolve("core_id")), number));
        }
        places.sort(Comparator.comparingInt(Place::socket)
                .thenComparingInt(Place::core)
                .thenComparingInt(Place::number));
        return new Processors(places.stream().map(Place::number).toList());
    }

    /** Where the system does not say, all are alike. */
    private static int id(Path file) throws IOException {
        return Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
    }

    /** The smaller half where they are odd. */
    Processors firstHalf() {
        return new Processors(numbers.subList(0, half()));
    }

    Processors secondHalf() {
        return new Processors(numbers.subList(half(), numbers.size()));
    }

    /** Numbers between commas. */
    String list() {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private int half() {
        if (numbers.size() < 2) {
            throw new IllegalStateException("processors: " + list() + " (expected: at least two, one for each end)");
        }
        return numbers.size() / 2;
    }
}
