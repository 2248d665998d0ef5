package io.headrace.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.headrace.transport.link.LinkSender;
import java.net.URL;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an application gets with the client: neither the engine nor what only the engine needs. */
class DependenciesTest {
    @Test
    void shouldNeedNeitherTheEngineNorItsLibraries() {
        // Names of packages are enough; what is behind them need not be read.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        JavaClasses classes = new ClassFileImporter().importUrls(List.of(of(EventClient.class), of(LinkSender.class)));
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.headrace.engine..",
                        "io.headrace.transport.link.netty..",
                        "com.lmax..",
                        "org.jctools..",
                        "org.HdrHistogram..",
                        "com.github.luben..")
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("io.headrace.client..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.agrona..")
                .check(classes);
    }

    private static URL of(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }
}
