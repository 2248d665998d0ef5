package io.headrace.tools.components;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.ComponentRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComponentsDocumentTest {
    private static final Path DOCUMENT = Path.of("../engine/COMPONENTS.md");

    private final ComponentCatalogue catalogue = ComponentCatalogue.of(ComponentRegistry.load());

    @Test
    void shouldKeepTheDocumentInStepWithTheClasses() throws IOException {
        assertThat(Files.readString(DOCUMENT))
                .as("engine/COMPONENTS.md is out of date; renew it in the top folder:"
                        + " tools/bin/headrace help components --markdown > engine/COMPONENTS.md")
                .isEqualTo(ComponentMarkdown.document(catalogue.all()));
    }

    @Test
    void shouldKnowTheComponentsOfAllModules() {
        assertThat(catalogue.all(ComponentRole.SOURCE))
                .extracting(ComponentDoc::name)
                .contains("TAILDIR", "seq", "link");
        assertThat(catalogue.all(ComponentRole.SINK))
                .extracting(ComponentDoc::name)
                .contains("file_roll", "logger", "null", "link");
        assertThat(catalogue.all(ComponentRole.CHANNEL))
                .extracting(ComponentDoc::name)
                .contains("memory", "file", "dual");
    }

    @Test
    void shouldSayTheUnitAndTheMeaningOfEachKey() {
        for (ComponentDoc component : catalogue.all()) {
            for (SettingDoc key : component.keys()) {
                String place = component.title() + "." + key.key();
                assertThat(key.meaning()).as(place).matches("(?s)\\p{Lu}.*[.]|[\\w.-]+.*[.]");
                assertThat(key.noEffect()).as(place).doesNotEndWith(".").doesNotStartWith("Accepted");
                assertThat(key.meaning()).as(place).doesNotStartWith("Accepted");
            }
        }
    }

    @Test
    void shouldFitIntoEightyColumns() {
        List<String> lines = ComponentText.details(catalogue.all()).lines().toList();
        assertThat(lines).allSatisfy(line -> assertThat(line.length() <= 80 || isOneLongWord(line))
                .as(line)
                .isTrue());
        assertThat(ComponentText.overview(catalogue.all()).lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    private static boolean isOneLongWord(String line) {
        return line.strip().indexOf(' ') < 0;
    }
}
