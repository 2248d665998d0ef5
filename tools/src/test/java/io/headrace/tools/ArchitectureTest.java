package io.headrace.tools;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import org.junit.jupiter.api.Test;

/** What DESIGN calls modules: who may use whom. */
class ArchitectureTest {
    private static final String FRAME = "io.headrace.frame..";
    private static final String WAL = "io.headrace.wal..";
    private static final String ENGINE = "io.headrace.engine..";
    private static final String TRANSPORT = "io.headrace.transport..";
    private static final String TOOLS = "io.headrace.tools..";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.headrace");

    @Test
    void shouldKeepModulesOneAboveTheOther() {
        noClasses()
                .that()
                .resideInAPackage(FRAME)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(WAL, ENGINE, TRANSPORT, TOOLS)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(WAL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ENGINE, TRANSPORT, TOOLS)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(ENGINE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(TRANSPORT, TOOLS)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(TRANSPORT)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(TOOLS)
                .check(CLASSES);
    }

    @Test
    void shouldLetAModuleUseOnlyItsOwnLibraries() {
        noClasses()
                .that()
                .resideInAnyPackage(FRAME, WAL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "com.lmax..", "io.netty.channel..", "io.netty.handler..", "com.fasterxml..", "picocli..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(ENGINE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.channel..", "io.netty.handler..", "picocli..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage(TOOLS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..", "ch.qos.logback..")
                .check(CLASSES);
    }

    @Test
    void shouldKeepTheLinksStateMachinesFreeOfNetty() {
        noClasses()
                .that()
                .resideInAPackage("io.headrace.transport.link")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.channel..", "io.netty.handler..")
                .check(CLASSES);
    }

    @Test
    void shouldNotReachIntoOthersInternals() {
        classes()
                .should(new ArchCondition<>("use only internals of the same module") {
                    @Override
                    public void check(JavaClass item, ConditionEvents events) {
                        for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                            JavaClass target = dependency.getTargetClass();
                            if (target.getPackageName().startsWith("io.headrace.")
                                    && target.getPackageName().contains(".internal")
                                    && !module(target).equals(module(item))) {
                                events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                            }
                        }
                    }
                })
                .check(CLASSES);
    }

    @Test
    void shouldWriteToTheConsoleInToolsOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(TOOLS)
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .check(CLASSES);
        noClasses().should(GeneralCodingRules.USE_JAVA_UTIL_LOGGING).check(CLASSES);
    }

    @Test
    void shouldNotSleep() {
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(CLASSES);
    }

    private static String module(JavaClass type) {
        String[] parts = type.getPackageName().split("\\.");
        return parts.length > 2 && !parts[2].equals("frame") ? parts[2] : "wal";
    }
}
