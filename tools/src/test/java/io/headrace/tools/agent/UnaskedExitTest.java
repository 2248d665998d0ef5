package io.headrace.tools.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A component that ends the process it runs in. */
@Timeout(60)
class UnaskedExitTest {
    @TempDir
    private Path folder;

    /** Ends the process when its class is initialised. */
    public static final class Quitter implements ComponentProvider.OfSource {
        static {
            System.exit(3);
        }

        /** None. */
        public record Settings() {}

        @Override
        public String alias() {
            return "quitter";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "ends the process";
        }

        @Override
        public Source create(SourceContext context) {
            throw new AssertionError("never made");
        }
    }

    @Test
    void shouldSayWhoEndedTheProcess() throws Exception {
        Path file = Files.writeString(
                folder.resolve("a1.conf"),
                Configurations.tailToFolder(folder, "a1.sources.tail.type = " + Quitter.class.getName()));
        try (RunningAgent agent = RunningAgent.start(file)) {
            assertThat(agent.exitCode()).isEqualTo(3);
            assertThat(agent.complaints())
                    .as(agent::text)
                    .singleElement()
                    .asString()
                    .startsWith("headrace: System.exit was called by " + UnaskedExitTest.class.getName()
                            + "$Quitter.<clinit>(UnaskedExitTest.java:")
                    .endsWith(" in thread main: ended at once, without stopping in order");
        }
    }
}
