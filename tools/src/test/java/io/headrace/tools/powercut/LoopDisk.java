package io.headrace.tools.powercut;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An ext4 file system in a file, which can lose its power. Needs root, {@code losetup}, {@code mkfs.ext4}, Perl. */
final class LoopDisk implements AutoCloseable {
    private final Path image;
    private final Path folder;
    private final Path cutScript;
    private String device;
    private boolean mounted;
    private Process cutter;
    private BufferedReader cutterSays;

    LoopDisk(Path work, long bytes, Path cutScript) throws IOException {
        this.cutScript = cutScript;
        image = work.resolve("disk.img");
        folder = Files.createDirectories(work.resolve("disk"));
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        run("mkfs.ext4", "-q", "-F", image.toString());
        device = run("losetup", "--find", "--show", image.toString()).strip();
        mount();
    }

    Path folder() {
        return folder;
    }

    /** Mounts it, which replays its journal, and gets ready to cut. */
    void mount() throws IOException {
        run("mount", device, folder.toString());
        mounted = true;
        cutter = new ProcessBuilder("perl", cutScript.toString(), folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        cutterSays = cutter.inputReader(StandardCharsets.UTF_8);
        expect("ready");
    }

    /** Now. What is open on it gets errors from here on. {@code tear} writes some dirty pages of segments before. */
    void cut(Random random, boolean tear) throws IOException {
        StringBuilder ranges = new StringBuilder();
        if (tear) {
            for (Path file : logFiles()) {
                for (int i = random.nextInt(8); i > 0; i--) {
                    long offset = 4096L * random.nextInt(512);
                    ranges.append(file).append(':').append(offset).append(':');
                    ranges.append(4096L * (1 + random.nextInt(16))).append(' ');
                }
            }
        }
        cutter.getOutputStream().write(ranges.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        cutter.getOutputStream().flush();
        expect("cut");
        endCutter();
    }

    /** Everything that used it must have ended. */
    void unmount() throws IOException {
        endCutter();
        if (mounted) {
            run("umount", folder.toString());
            mounted = false;
        }
    }

    long usableBytes() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    private List<Path> logFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder.resolve("log"))) {
            all.filter(file -> file.toString().endsWith(".wal")).forEach(files::add);
        }
        return files;
    }

    private void expect(String word) throws IOException {
        String line = cutterSays.readLine();
        if (!word.equals(line)) {
            throw new IOException(cutScript + ": " + line + " (expected: " + word + ")");
        }
    }

    private void endCutter() throws IOException {
        if (cutter != null) {
            cutter.getOutputStream().close();
            try {
                if (!cutter.waitFor(10, TimeUnit.SECONDS)) {
                    cutter.destroyForcibly().onExit().join();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            cutter = null;
        }
    }

    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        StringBuilder said = new StringBuilder();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(line -> said.append(line).append('\n'));
        }
        int code = process.onExit().join().exitValue();
        if (code != 0) {
            throw new IOException(String.join(" ", command) + ": exit code " + code + ": " + said);
        }
        return said.toString();
    }

    /** Leaves the image. */
    @Override
    public void close() throws IOException {
        unmount();
        if (device != null) {
            run("losetup", "--detach", device);
            device = null;
        }
    }
}
