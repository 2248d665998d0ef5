package io.headrace.tools.quickstart;

import io.headrace.tools.CommandException;
import io.headrace.tools.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A file that is fed, as it was when the run began.
 *
 * @param path absolute, without links
 * @param partition the name of its output: its place among the files and its own name, since several may be called alike
 */
record InputFile(Path path, String partition, long bytes, FileTime modified) {
    /** Looks at the files; none is changed or copied. A file named twice counts once. */
    static List<InputFile> of(List<Path> paths) throws IOException {
        List<InputFile> inputs = new ArrayList<>();
        Map<Object, Path> seen = new HashMap<>();
        for (Path path : paths) {
            if (!Files.isRegularFile(path)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        path + ": " + (Files.exists(path) ? "not a regular file" : "no such file")
                                + " (expected: a file of lines)");
            }
            if (!Files.isReadable(path)) {
                throw new CommandException(ExitCode.FAILED, path + ": may not be read");
            }
            Path real = path.toRealPath();
            PipelineConfig.requireSpeakable(real.getParent());
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            Object key = attributes.fileKey() == null ? real : attributes.fileKey();
            if (seen.putIfAbsent(key, path) == null) {
                inputs.add(new InputFile(
                        real, partition(inputs.size() + 1, real), attributes.size(), attributes.lastModifiedTime()));
            }
        }
        return inputs;
    }

    private static String partition(int number, Path path) {
        String name = path.getFileName().toString().replaceAll("[^A-Za-z0-9._-]", "_");
        return String.format(Locale.ROOT, "%04d-%s", number, name.length() > 100 ? name.substring(0, 100) : name);
    }

    /** Whether somebody has written to it since. */
    boolean hasChanged() throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return attributes.size() != bytes || !attributes.lastModifiedTime().equals(modified);
    }

    static long totalBytes(List<InputFile> inputs) {
        return inputs.stream().mapToLong(InputFile::bytes).sum();
    }
}
