package io.headrace.tools.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class LoggingSetupTest {
    @TempDir
    private Path folder;

    private final Map<String, String> before = new HashMap<>();
    private final LoggerContext context = new LoggerContext();

    @AfterEach
    void restore() {
        context.stop();
        before.forEach((key, value) -> {
            if (value == null) {
                System.clearProperty(key);
            } else {
                System.setProperty(key, value);
            }
        });
    }

    @Test
    void shouldWriteToFlumesLogFile() throws IOException {
        set("flume.root.logger", "DEBUG,LOGFILE");
        set("flume.log.dir", folder.toString());
        set("flume.log.file", "50%d.log");
        context.setMDCAdapter(new LogbackMDCAdapter());
        new LoggingSetup().configure(context);
        context.getLogger("io.headrace.X").debug("ours");
        context.getLogger("io.netty.X").debug("theirs");
        context.getLogger("io.netty.X").info("theirs, aloud");
        context.stop();
        List<String> lines = Files.readAllLines(folder.resolve("50%d.log"));
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).endsWith("DEBUG X: ours");
        assertThat(lines.get(1)).endsWith("INFO  X: theirs, aloud");
    }

    private void set(String key, String value) {
        before.put(key, System.getProperty(key));
        System.setProperty(key, value);
    }
}
