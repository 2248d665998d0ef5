package io.headrace.tools.tune;

import io.headrace.engine.config.ConfigValue;
import io.headrace.engine.config.PropertiesFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sets properties in the text of a configuration and leaves everything else as it is: comments, order, blanks, line ends. A
 * key that stands there gets its value where it stands; a new one stands behind the last key of its component. Immutable.
 *
 * @param text as it becomes
 * @param changes what was done, one line each
 */
record ConfigurationMerge(String text, List<String> changes) {
    ConfigurationMerge {
        changes = List.copyOf(changes);
    }

    /** One line as {@link java.util.Properties} sees it, with its continuations; {@code key} is null for all others. */
    private record Logical(String raw, String key, String value) {}

    /** Merges; nothing but {@code properties} changes. */
    static ConfigurationMerge of(Path file, String text, Map<String, String> properties) {
        List<Logical> lines = split(file, text);
        String lineEnd = text.contains("\r\n") ? "\r\n" : text.contains("\n") || !text.contains("\r") ? "\n" : "\r";
        List<String> changes = new ArrayList<>();
        new LinkedHashMap<>(properties).forEach((key, value) -> {
            int at = lastOf(lines, key, false);
            if (at < 0) {
                int behind = lastOf(lines, key.substring(0, key.lastIndexOf('.') + 1), true);
                insert(lines, behind < 0 ? lines.size() : behind + 1, key, value, lineEnd);
                changes.add("+ " + key + " = " + value);
            } else if (!lines.get(at).value().equals(value)) {
                Logical old = lines.get(at);
                lines.set(at, new Logical(replaced(old, value), key, value));
                changes.add("- " + key + " = " + old.value());
                changes.add("+ " + key + " = " + value);
            }
        });
        StringBuilder merged = new StringBuilder();
        lines.forEach(line -> merged.append(line.raw()));
        return new ConfigurationMerge(merged.toString(), changes);
    }

    private static int lastOf(List<Logical> lines, String key, boolean begins) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            String own = lines.get(i).key();
            if (own != null && (begins ? own.startsWith(key) : own.equals(key))) {
                return i;
            }
        }
        return -1;
    }

    private static void insert(List<Logical> lines, int at, String key, String value, String lineEnd) {
        if (at > 0) {
            Logical before = lines.get(at - 1);
            if (ending(before.raw()).isEmpty()) {
                lines.set(at - 1, new Logical(before.raw() + lineEnd, before.key(), before.value()));
            }
        }
        lines.add(at, new Logical(key + " = " + value + lineEnd, key, value));
    }

    /** What stands before the value stays: the indent, the key as it is written, the blanks around the sign. */
    private static String replaced(Logical old, String value) {
        String raw = old.raw();
        int at = 0;
        while (isBlank(raw.charAt(at))) {
            at++;
        }
        boolean escaped = false;
        while (at < raw.length() && (escaped || !isBlank(raw.charAt(at)) && "=:\r\n".indexOf(raw.charAt(at)) < 0)) {
            escaped = raw.charAt(at) == '\\' && !escaped;
            at++;
        }
        int sign = skipBlanks(raw, at);
        if (sign < raw.length() && (raw.charAt(sign) == '=' || raw.charAt(sign) == ':')) {
            at = skipBlanks(raw, sign + 1);
        } else if (sign > at) {
            at = sign;
        }
        String before = raw.substring(0, at);
        boolean separated = before.endsWith("=") || before.endsWith(":") || isBlank(before.charAt(at - 1));
        return before + (separated ? "" : " = ") + value + ending(raw);
    }

    private static int skipBlanks(String raw, int from) {
        int at = from;
        while (at < raw.length() && isBlank(raw.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\f';
    }

    private static String ending(String line) {
        return line.endsWith("\r\n") ? "\r\n" : line.endsWith("\n") ? "\n" : line.endsWith("\r") ? "\r" : "";
    }

    private static List<Logical> split(Path file, String text) {
        List<Logical> lines = new ArrayList<>();
        StringBuilder logical = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            int end = lineEnd(text, at);
            String physical = text.substring(at, end);
            boolean comment = logical.length() == 0 && isComment(physical);
            logical.append(physical);
            if (comment || !isContinued(physical) || end == text.length()) {
                lines.add(logical(file, logical.toString()));
                logical.setLength(0);
            }
            at = end;
        }
        return lines;
    }

    private static Logical logical(Path file, String raw) {
        List<ConfigValue> read = PropertiesFile.parse(file, raw);
        return read.isEmpty()
                ? new Logical(raw, null, null)
                : new Logical(raw, read.get(0).key(), read.get(0).value().trim());
    }

    private static int lineEnd(String text, int from) {
        for (int at = from; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\n') {
                return at + 1;
            } else if (c == '\r') {
                return at + 1 < text.length() && text.charAt(at + 1) == '\n' ? at + 2 : at + 1;
            }
        }
        return text.length();
    }

    private static boolean isComment(String line) {
        int at = skipBlanks(line, 0);
        return at < line.length() && (line.charAt(at) == '#' || line.charAt(at) == '!')
                || line.substring(at).equals(ending(line));
    }

    private static boolean isContinued(String line) {
        String body = line.substring(0, line.length() - ending(line).length());
        int slashes = 0;
        while (slashes < body.length() && body.charAt(body.length() - 1 - slashes) == '\\') {
            slashes++;
        }
        return slashes % 2 == 1;
    }

    /**
     * Says why what is written there could not be put in place, before anything is measured for it.
     *
     * @return null when it can
     */
    static String refusal(Path file) {
        if (Files.isSymbolicLink(file) && !Files.exists(file)) {
            return "a link to nothing (expected: a configuration, or a name that is not taken)";
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return "not a file (expected: a configuration, or a name that is not taken)";
        }
        if (Files.exists(file) && !(Files.isReadable(file) && Files.isWritable(file))) {
            return "permission denied (expected: a configuration that can be read and written)";
        }
        try {
            Path folder = (Files.exists(file) ? file.toRealPath() : file.toAbsolutePath()).getParent();
            if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
                return "no file can be made in " + folder + " (expected: a folder that exists and can be written)";
            }
            return null;
        } catch (IOException e) {
            return e.getMessage() + " (expected: a configuration that can be read and written)";
        }
    }

    /** The text of a configuration, in the encoding in which it is read: UTF-8, or ISO-8859-1 where it is not. */
    static String read(Path file) throws IOException {
        return Files.readString(file, encodingOf(file));
    }

    private static Charset encodingOf(Path file) throws IOException {
        if (!Files.exists(file)) {
            return StandardCharsets.UTF_8;
        }
        byte[] bytes = Files.readAllBytes(file);
        return Arrays.equals(new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), bytes)
                ? StandardCharsets.UTF_8
                : StandardCharsets.ISO_8859_1;
    }

    /** Puts the text in place of the file at once, with its rights and its encoding; a link stays one. */
    void writeTo(Path file) throws IOException {
        Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path folder = real.getParent();
        Path beside = Files.createTempFile(folder, "." + real.getFileName() + "-", ".new");
        try {
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(encodingOf(file)));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            takeRights(real, beside);
            Files.move(beside, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void takeRights(Path from, Path to) throws IOException {
        PosixFileAttributeView target = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (target == null) {
            return;
        }
        if (Files.exists(from)) {
            PosixFileAttributeView source = Files.getFileAttributeView(from, PosixFileAttributeView.class);
            if (!source.getOwner().equals(target.getOwner())) {
                target.setOwner(source.getOwner());
            }
            target.setGroup(source.readAttributes().group());
            target.setPermissions(source.readAttributes().permissions());
        } else {
            target.setPermissions(PosixFilePermissions.fromString("rw-r--r--"));
        }
    }
}
