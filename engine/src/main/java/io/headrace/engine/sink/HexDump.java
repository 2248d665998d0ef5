package io.headrace.engine.sink;

import io.headrace.engine.serializer.HeaderText;
import java.util.Map;

/** Events as Flume's logger sink shows them: headers, then the first bytes as hexadecimal digits and as text. */
final class HexDump {
    private static final int BYTES_IN_LINE = 16;
    private static final char[] DIGITS = "0123456789ABCDEF".toCharArray();

    private HexDump() {}

    static String event(Map<String, String> headers, byte[] body, int maxBytes) {
        StringBuilder out =
                new StringBuilder("{ headers:").append(HeaderText.of(headers)).append(" body:");
        int length = Math.min(body.length, maxBytes);
        for (int line = 0; line < length; line += BYTES_IN_LINE) {
            if (line > 0) {
                out.append(System.lineSeparator()).append(offset(line));
            }
            line(out, body, line, Math.min(length, line + BYTES_IN_LINE));
        }
        return out.append(" }").toString();
    }

    private static void line(StringBuilder out, byte[] body, int from, int to) {
        out.append(' ');
        for (int i = from; i < from + BYTES_IN_LINE; i++) {
            if (i < to) {
                out.append(DIGITS[body[i] >> 4 & 0xF]).append(DIGITS[body[i] & 0xF]);
            } else {
                out.append("  ");
            }
            out.append(' ');
        }
        for (int i = from; i < to; i++) {
            out.append(body[i] >= ' ' && body[i] < 0x7F ? (char) body[i] : '.');
        }
    }

    private static String offset(int line) {
        StringBuilder digits = new StringBuilder(8);
        for (int shift = 28; shift >= 0; shift -= 4) {
            digits.append(DIGITS[line >> shift & 0xF]);
        }
        return digits.toString();
    }
}
