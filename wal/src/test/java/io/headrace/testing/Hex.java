package io.headrace.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Golden bytes as text: 16 bytes a line with their offset before a colon; what follows a {@code #} is a comment. With
 * the system property {@code headrace.golden.write} set to a folder, what was encoded is written there as a golden file.
 */
public final class Hex {
    private Hex() {}

    /** The bytes of a resource. */
    public static byte[] resource(String name, byte[] encodedNow) throws IOException {
        String folder = System.getProperty("headrace.golden.write");
        if (folder != null) {
            Path file = Path.of(folder + name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text(encodedNow));
            return encodedNow;
        }
        try (InputStream in = Hex.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + ": missing (expected: a golden file)");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    public static byte[] parse(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : text.split("\n")) {
            String data = line.split("#", 2)[0];
            String digits = data.substring(data.indexOf(':') + 1).replaceAll("\\s", "");
            bytes.writeBytes(HexFormat.of().parseHex(digits));
        }
        return bytes.toByteArray();
    }

    public static String text(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < bytes.length; at += 16) {
            out.append(String.format("%06x:", at));
            for (int i = at; i < Math.min(at + 16, bytes.length); i++) {
                out.append(String.format(" %02x", bytes[i]));
            }
            out.append('\n');
        }
        return out.toString();
    }
}
