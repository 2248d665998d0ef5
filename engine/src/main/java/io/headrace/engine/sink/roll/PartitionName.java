package io.headrace.engine.sink.roll;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The part of a file name that stands for a value of the partition header: the value itself where that is safe, other
 * bytes of its UTF-8 as {@code %XX}, and a leading dot as well. Different values have different names. A name that would
 * be longer than {@value #LONGEST} characters, or than prefix and extension leave room for, keeps its first characters
 * and gets {@code ~} and 16 hexadecimal digits of the value's SHA-256. No value: no name.
 */
public final class PartitionName {
    /** Most characters of a name. */
    public static final int LONGEST = 150;

    /**
     * What file names leave for prefix, extension and value of 255 characters: beside them stand two times a hyphen, 14
     * digits of a time, 18 of an index, a dot, and while the file is in progress {@code .SERIES-INDEX.open}.
     */
    private static final int ROOM = 255 - 35 - 41;

    private static final HexFormat HEX = HexFormat.of();
    private static final int HASH_BYTES = 8;

    private PartitionName() {}

    /** The longest name beside prefix and extension. */
    static int longest(FileRollSettings settings) {
        return Math.min(LONGEST, ROOM - settings.affixBytes());
    }

    /** The name of a value where prefix and extension are short. */
    public static String of(String value) {
        return of(value, LONGEST);
    }

    /** The name of a value. */
    static String of(String value, int longest) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        StringBuilder name = new StringBuilder(bytes.length + 16);
        for (byte b : bytes) {
            if (isSafe(b, name.isEmpty())) {
                name.append((char) b);
            } else {
                name.append('%').append(HEX.withUpperCase().toHexDigits(b));
            }
        }
        if (name.length() > longest) {
            name.setLength(longest - 1 - 2 * HASH_BYTES);
            name.append('~').append(HEX.formatHex(sha256(bytes), 0, HASH_BYTES));
        }
        return name.toString();
    }

    private static boolean isSafe(byte b, boolean first) {
        return b >= 'a' && b <= 'z'
                || b >= 'A' && b <= 'Z'
                || b >= '0' && b <= '9'
                || b == '_'
                || b == '-'
                || b == '.' && !first;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }
}
