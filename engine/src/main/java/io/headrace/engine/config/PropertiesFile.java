package io.headrace.engine.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the syntax of {@link java.util.Properties} (continued lines, escapes, {@code =}, {@code :} or a blank after the
 * key), in UTF-8, and remembers the line of every key, also of those written twice.
 */
public final class PropertiesFile {
    /** Largest file: thousands of components, and little memory even where somebody names a log by mistake. */
    static final int MAX_BYTES = 8 * 1024 * 1024;

    /** What the decoder puts in place of bytes that are not UTF-8. */
    private static final char REPLACED = '\uFFFD';

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
     * Reads a file of at most 8 MiB; also a pipe, which ends when its writer closes it. Bytes that are not UTF-8 are refused
     * in keys and values and passed over in comments.
     *
     * @return keys and values in order of lines, duplicates included
     * @throws ConfigurationException when it cannot be read, is too large, is not UTF-8 or holds a broken {@code \}{@code u}
     *     escape; begins with the file's name
     */
    public static List<ConfigValue> read(Path file) {
        byte[] bytes = bytes(file);
        if (bytes.length > MAX_BYTES) {
            throw refusal(file, "more than " + MAX_BYTES + " bytes", "a properties file of at most 8 MiB", null);
        }
        int mark = bytes.length < 2 ? 0 : (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
        if (mark == 0xfeff || mark == 0xfffe) {
            throw refusal(file, "UTF-16", "a properties file in UTF-8", null);
        }
        for (byte b : bytes) {
            if (b == 0) {
                throw refusal(file, "a binary file", "a properties file in UTF-8", null);
            }
        }
        List<ConfigValue> entries = parse(file, new String(bytes, StandardCharsets.UTF_8));
        if (!isUtf8(bytes)) {
            for (ConfigValue entry : entries) {
                if (entry.key().indexOf(REPLACED) >= 0 || entry.value().indexOf(REPLACED) >= 0) {
                    throw new ConfigurationException(file + ":" + entry.line() + ": " + entry.key() + ": "
                            + SettingsBinder.shown(entry.key(), entry.value())
                            + ": not UTF-8 (expected: a properties file in UTF-8, or escapes such as \\u00e4)");
                }
            }
        }
        return entries;
    }

    private static byte[] bytes(Path file) {
        String readable = "a properties file that can be read";
        if (Files.isDirectory(file)) {
            throw refusal(file, "a folder", readable, null);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw refusal(file, "no such file", readable, e);
        } catch (AccessDeniedException e) {
            throw refusal(file, "permission denied", readable, e);
        } catch (IOException e) {
            throw refusal(file, String.valueOf(e.getMessage()), readable, e);
        }
    }

    private static ConfigurationException refusal(Path file, String what, String expectation, Exception cause) {
        return new ConfigurationException(file + ": " + what + " (expected: " + expectation + ")", cause);
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
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
}
