package io.headrace.benchmarks.peers;

import io.headrace.benchmarks.BenchmarkFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A measurement in which peers take turns, each in a process of its own: what all of them do from the options of their script
 * to the exit code. Owned by the main thread.
 */
abstract class Rig implements AutoCloseable {
    final Order options;
    final Path folder;

    /** @param folder on the disk that is measured; removed when the rig is done */
    Rig(Order options, Path folder) {
        this.options = options;
        this.folder = folder;
    }

    /** Makes a rig; what it throws has nothing left running. */
    interface Maker {
        Rig make(Order options, Path folder) throws IOException;
    }

    /** Runs all rounds. */
    abstract void run() throws IOException;

    /** Prints the figures; whether they are as expected. */
    abstract boolean report();

    /** Tells the figures to {@code benchmarks/run}. */
    abstract void tell(RigJson json);

    /** Ends processes that are left when the rounds are over. */
    @Override
    public void close() {}

    /** Closes each, whatever becomes of the others; then throws the first failure with the later ones. */
    static <T> void closeAll(Iterable<T> peers, Consumer<T> close) {
        RuntimeException first = null;
        for (T peer : peers) {
            try {
                close.accept(peer);
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /**
     * Runs the rounds and prints their figures; exit code 1 when an expectation is missed and {@code check=yes}.
     *
     * @param name of the folder
     * @param arguments options, {@code name=value}
     */
    static void main(String name, String[] arguments, Maker maker) throws IOException {
        Order options = Order.parse(String.join("\t", arguments));
        RigJson json = new RigJson(options);
        boolean met;
        try (BenchmarkFolder folder = new BenchmarkFolder(name)) {
            Rig rig = maker.make(options, folder.path());
            try (rig) {
                rig.run();
            }
            met = rig.report();
            rig.tell(json);
        }
        System.exit(met || !options.text("check").equals("yes") ? 0 : 1);
    }
}
