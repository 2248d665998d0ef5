package io.headrace.tools.wal;

import io.headrace.frame.EventCursor;
import io.headrace.wal.LogWalk;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;

/** Events as one line of text each, whatever their bodies hold: nothing in them reaches a terminal as a command. */
public final class EventText {
    private static final HexFormat HEX = HexFormat.of();
    private static final int DELETE = 0x7F;

    private EventText() {}

    /** The body with what is no printable character escaped as in Java and C: {@code \n}, {@code \x1b}, {@code \\}. */
    public static String body(byte[] body) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(body);
        CharBuffer out = CharBuffer.allocate(body.length + 1);
        StringBuilder text = new StringBuilder(body.length + 16);
        while (true) {
            CoderResult result = decoder.decode(in, out.clear(), true);
            escape(out.flip(), text);
            if (!result.isError()) {
                return text.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                text.append("\\x").append(HEX.toHexDigits(in.get()));
            }
            decoder.reset();
        }
    }

    public static String hex(byte[] body) {
        return HEX.formatHex(body);
    }

    /** {@code SEQUENCE.INDEX TIME {name=value, ...} }, before the body. */
    public static String head(LogWalk walk, EventCursor event) {
        StringBuilder text = new StringBuilder();
        text.append(walk.sequence()).append('.').append(event.index()).append(' ');
        text.append(Instant.EPOCH.plus(walk.frame().createdMicros(), ChronoUnit.MICROS));
        text.append(" {");
        String separator = "";
        for (Map.Entry<String, String> header : event.headers().entrySet()) {
            text.append(separator).append(escape(header.getKey())).append('=').append(escape(header.getValue()));
            separator = ", ";
        }
        return text.append("} ").toString();
    }

    /** A text that takes one line and commands nothing. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        escape(text, escaped);
        return escaped.toString();
    }

    /** The text of bytes that are UTF-8; null when they are not. */
    static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            // Not text: the caller writes it another way.
            return null;
        }
    }

    private static void escape(CharSequence from, StringBuilder into) {
        for (int i = 0; i < from.length(); i++) {
            char c = from.charAt(i);
            switch (c) {
                case '\n' -> into.append("\\n");
                case '\r' -> into.append("\\r");
                case '\t' -> into.append("\\t");
                case '\\' -> into.append("\\\\");
                default -> {
                    if (c < ' ' || c == DELETE) {
                        into.append("\\x").append(HEX.toHexDigits((byte) c));
                    } else if (isInvisible(c)) {
                        into.append("\\u").append(HEX.toHexDigits(c));
                    } else {
                        into.append(c);
                    }
                }
            }
        }
    }

    /** What ends lines, controls terminals or turns the direction of text. */
    private static boolean isInvisible(char c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
