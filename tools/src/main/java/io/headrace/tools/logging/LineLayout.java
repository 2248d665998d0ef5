package io.headrace.tools.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * {@code 2026-11-20 21:54:17.042 INFO  LinkSource: listening on 127.0.0.1:4141}. An exception adds its message and those
 * of its causes to the line, and its stack trace only when traces are wanted. Safe for any thread.
 */
final class LineLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
    private static final int LEVEL_WIDTH = 5;
    private static final int MOST_CAUSES = 8;

    private final boolean traces;

    LineLayout(boolean traces) {
        this.traces = traces;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(128);
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
        String level = event.getLevel().toString();
        line.append(' ').append(level).append(" ".repeat(Math.max(0, LEVEL_WIDTH - level.length()) + 1));
        String logger = event.getLoggerName();
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
        line.append(event.getFormattedMessage());
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            appendMessages(line, thrown);
        }
        line.append(System.lineSeparator());
        if (thrown != null && traces) {
            line.append(ThrowableProxyUtil.asString(thrown)).append(System.lineSeparator());
        }
        return line.toString();
    }

    private static void appendMessages(StringBuilder line, IThrowableProxy thrown) {
        line.append(" (");
        IThrowableProxy cause = thrown;
        for (int count = 0; cause != null && count < MOST_CAUSES; count++) {
            String name = cause.getClassName();
            line.append(count == 0 ? "" : "; caused by ").append(name, name.lastIndexOf('.') + 1, name.length());
            if (cause.getMessage() != null) {
                line.append(": ").append(cause.getMessage());
            }
            cause = cause.getCause();
        }
        line.append(')');
    }
}
