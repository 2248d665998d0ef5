package io.headrace.tools.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogRequestTest {
    @TempDir
    private Path folder;

    private final Properties properties = new Properties();

    @Test
    void shouldLogInfoToStandardErrorWhenNothingIsAsked() {
        assertThat(LogRequest.read(properties)).isEqualTo(LogRequest.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({
        "'DEBUG,console', DEBUG",
        "'info , console', INFO",
        "WARN, WARN",
        "'FATAL,console', ERROR",
        "'ALL', TRACE"
    })
    void shouldTakeFlumesLevel(String value, String level) {
        properties.setProperty("flume.root.logger", value);
        LogRequest request = LogRequest.read(properties);
        assertThat(request.level()).isEqualTo(Level.toLevel(level));
        assertThat(request.file()).isEmpty();
    }

    @Test
    void shouldPreferOurOwnLevelButKeepFlumesDestination() {
        properties.setProperty("flume.root.logger", "ERROR,LOGFILE");
        properties.setProperty("headrace.log.level", "debug");
        LogRequest request = LogRequest.read(properties);
        assertThat(request.level()).isEqualTo(Level.DEBUG);
        assertThat(request.file()).contains(Path.of("logs", "flume.log"));
    }

    @Test
    void shouldMakeTheFolderOfTheFile() throws IOException {
        properties.setProperty("flume.root.logger", "INFO,LOGFILE");
        properties.setProperty("flume.log.dir", folder.resolve("new/logs").toString());
        properties.setProperty("flume.log.file", "x.log");
        LogRequest request = LogRequest.read(properties);
        request.prepareFile();
        assertThat(Files.exists(folder.resolve("new/logs/x.log"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOUD,console", "", ",console", "INFO,DAILY", "INFO,console,other"})
    void shouldRefuseWhatItDoesNotKnow(String value) {
        properties.setProperty("flume.root.logger", value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LogRequest.read(properties))
                .withMessageStartingWith(
                        "-Dflume.root.logger: " + value + " (expected: LEVEL,console or LEVEL,LOGFILE");
    }

    @Test
    void shouldRefuseALevelOfItsOwnThatIsNone() {
        properties.setProperty("headrace.log.level", "loud");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LogRequest.read(properties))
                .withMessage("-Dheadrace.log.level: loud (expected: TRACE, DEBUG, INFO, WARN, ERROR or OFF)");
    }
}
