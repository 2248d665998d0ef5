package io.headrace.tools.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Logback without a file to parse: as {@link LogRequest} says, by default everything from info on to standard error.
 * {@code -Dlogback.configurationFile} replaces all of it. Found by Logback through {@code META-INF/services}.
 */
public final class LoggingSetup extends ContextAwareBase implements Configurator {
    /** As Flume rolls its own. */
    private static final long LARGEST_FILE_BYTES = 100L << 20;

    private static final int MOST_OLD_FILES = 10;

    /** Why a native library cannot be loaded: event loops say it, in one line, when they go on without. */
    private static final String SAID_BY_EVENT_LOOPS = "io.netty.util.internal.NativeLibraryLoader";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        LogRequest request = request();
        OutputStreamAppender<ILoggingEvent> appender =
                request.file().map(file -> file(context, file)).orElseGet(() -> console(context));
        appender.setEncoder(encoder(context, request.level().toInt() <= Level.DEBUG_INT));
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(request.level().isGreaterOrEqual(Level.INFO) ? request.level() : Level.INFO);
        root.addAppender(appender);
        context.getLogger("io.headrace").setLevel(request.level());
        if (request.level().isGreaterOrEqual(Level.INFO)) {
            context.getLogger(SAID_BY_EVENT_LOOPS).setLevel(Level.OFF);
        }
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static LogRequest request() {
        try {
            return LogRequest.read(System.getProperties());
        } catch (IllegalArgumentException wrong) {
            System.err.println("headrace: warning: " + wrong.getMessage());
            return LogRequest.DEFAULT;
        }
    }

    private static OutputStreamAppender<ILoggingEvent> console(LoggerContext context) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        return appender;
    }

    private static OutputStreamAppender<ILoggingEvent> file(LoggerContext context, Path file) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setName("file");
        appender.setFile(file.toString());
        FixedWindowRollingPolicy names = new FixedWindowRollingPolicy();
        names.setContext(context);
        names.setParent(appender);
        names.setFileNamePattern(file.toString().replace("\\", "\\\\").replace("%", "\\%") + ".%i");
        names.setMinIndex(1);
        names.setMaxIndex(MOST_OLD_FILES);
        names.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(LARGEST_FILE_BYTES));
        size.start();
        appender.setRollingPolicy(names);
        appender.setTriggeringPolicy(size);
        return appender;
    }

    private static LayoutWrappingEncoder<ILoggingEvent> encoder(LoggerContext context, boolean traces) {
        LineLayout layout = new LineLayout(traces);
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        return encoder;
    }
}
