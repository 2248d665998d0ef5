package io.headrace.engine.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the syntax of {@link java.util.Properties} (continued lines, escapes, {@code =}, {@code :} or a blank after the
 * key), in UTF-8, and remembers the line of every key, also of those written twice.
 */
public final class PropertiesFile {
    private final Path file;
    private final String text;
    private final List<ConfigValue> entries = new ArrayList<>();
    private int at;
    private int line = 1;

    /** Line on which the logical line read last has its first character. */
    private int firstLine;

    private PropertiesFile(Path file, String text) {
        this.file = file;
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /**
     * Reads a file.
     *
     * @return keys and values in order of lines, duplicates included
     * @throws ConfigurationException when it cannot be read, is not UTF-8 or holds a broken {@code \}{@code u} escape
     */
    public static List<ConfigValue> read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ConfigurationException(file + ": " + e + " (expected: a properties file that can be read)", e);
        }
        try {
            return parse(
                    file,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(
                    file + ":" + lineOfBadByte(bytes) + ": not UTF-8 (expected: a properties file in UTF-8)", e);
        }
    }

    /** As {@link #read}, from a text; {@code file} is only named. */
    public static List<ConfigValue> parse(Path file, String text) {
        return new PropertiesFile(file, text).parse();
    }

    private List<ConfigValue> parse() {
        while (at < text.length()) {
            int begun = line;
            String logical = logicalLine();
            if (logical != null) {
                split(logical, firstLine == 0 ? begun : firstLine);
            }
        }
        return entries;
    }

    /** The next line with its continuations, escapes untouched; null for blanks and comments. */
    private String logicalLine() {
        StringBuilder out = new StringBuilder();
        firstLine = 0;
        boolean continued;
        do {
            continued = false;
            skipBlanks();
            if (out.length() == 0 && at < text.length() && (text.charAt(at) == '#' || text.charAt(at) == '!')) {
                skipLine();
                return null;
            }
            if (firstLine == 0) {
                firstLine = line;
            }
            boolean escaped = false;
            while (at < text.length() && !isLineEnd(text.charAt(at))) {
                char c = text.charAt(at++);
                out.append(c);
                escaped = c == '\\' && !escaped;
            }
            if (escaped && at >= text.length() - 1) {
                // Nothing but a line end follows the backslash: Properties makes an entry of it, even of nothing else.
                at = text.length();
                return out.substring(0, out.length() - 1);
            }
            endLine();
            if (escaped) {
                out.setLength(out.length() - 1);
                continued = at < text.length();
            }
        } while (continued);
        return out.length() == 0 ? null : out.toString();
    }

    private void split(String logical, int keyLine) {
        int keyEnd = 0;
        boolean escaped = false;
        while (keyEnd < logical.length()) {
            char c = logical.charAt(keyEnd);
            if (!escaped && (c == '=' || c == ':' || isBlank(c))) {
                break;
            }
            escaped = c == '\\' && !escaped;
            keyEnd++;
        }
        int valueStart = keyEnd;
        while (valueStart < logical.length() && isBlank(logical.charAt(valueStart))) {
            valueStart++;
        }
        if (valueStart < logical.length() && (logical.charAt(valueStart) == '=' || logical.charAt(valueStart) == ':')) {
            valueStart++;
            while (valueStart < logical.length() && isBlank(logical.charAt(valueStart))) {
                valueStart++;
            }
        }
        String key = unescape(logical, 0, keyEnd, keyLine);
        entries.add(new ConfigValue(key, unescape(logical, valueStart, logical.length(), keyLine), file, keyLine));
    }

    private String unescape(String s, int from, int to, int keyLine) {
        StringBuilder out = new StringBuilder(to - from);
        int i = from;
        while (i < to) {
            char c = s.charAt(i++);
            if (c != '\\' || i == to) {
                if (c != '\\') {
                    out.append(c);
                }
                continue;
            }
            c = s.charAt(i++);
            switch (c) {
                case 't' -> out.append('\t');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 'f' -> out.append('\f');
                case 'u' -> {
                    out.append(unicode(s, i, to, keyLine));
                    i += 4;
                }
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    private char unicode(String s, int from, int to, int keyLine) {
        int code = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = i < to ? Character.digit(s.charAt(i), 16) : -1;
            if (digit < 0) {
                String found = s.substring(from - 2, Math.min(to, from + 4));
                throw new ConfigurationException(
                        file + ":" + keyLine + ": " + found + " (expected: four hexadecimal digits after \\u)");
            }
            code = code << 4 | digit;
        }
        return (char) code;
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
    }

    private void skipLine() {
        while (at < text.length() && !isLineEnd(text.charAt(at))) {
            at++;
        }
        endLine();
    }

    private void endLine() {
        if (at < text.length()) {
            boolean crLf = text.charAt(at) == '\r' && at + 1 < text.length() && text.charAt(at + 1) == '\n';
            at += crLf ? 2 : 1;
            line++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\f';
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }

    private static int lineOfBadByte(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        int lines = 1;
        for (int i = 0; i < in.position(); i++) {
            if (bytes[i] == '\n') {
                lines++;
            }
        }
        return lines;
    }
}
