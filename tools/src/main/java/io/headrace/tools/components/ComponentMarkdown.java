package io.headrace.tools.components;

import io.headrace.engine.config.CommonKeys;
import io.headrace.engine.spi.ComponentRole;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Components as a document. */
public final class ComponentMarkdown {
    private static final String INTRODUCTION = """
            # Components

            What can stand in a configuration, with every key. `headrace help components [KIND] NAME` shows the same for one
            component. This page is written by

                tools/bin/headrace help components --markdown > engine/COMPONENTS.md

            from the classes that read the settings; a test fails when the two differ.

            In the column *value*, a time is a number in the unit that is named, or one with `ms`, `s`, `m`, `h` or `d`
            behind it; a size is a number of bytes, or one with `k`, `m` or `g` (powers of 1024). Names of components and
            words such as `true` may be written in upper or lower case.
            """;

    private final StringBuilder out = new StringBuilder(INTRODUCTION);

    private ComponentMarkdown() {}

    /** The document about components. */
    public static String document(List<ComponentDoc> docs) {
        ComponentMarkdown markdown = new ComponentMarkdown();
        for (ComponentRole role : ComponentRole.values()) {
            List<ComponentDoc> ofRole =
                    docs.stream().filter(doc -> doc.role() == role).toList();
            if (!ofRole.isEmpty()) {
                markdown.role(role, ofRole);
            }
        }
        return markdown.out.toString();
    }

    private void role(ComponentRole role, List<ComponentDoc> docs) {
        line("");
        line("## " + ComponentText.plural(role));
        line("");
        for (ComponentDoc doc : docs) {
            line("* [" + doc.name() + "](#" + anchor(doc.title()) + "): " + doc.summary());
        }
        List<SettingDoc> common = CommonKeys.of(role).map(SettingDoc::of).orElse(List.of());
        if (!common.isEmpty()) {
            line("");
            line("Keys of every " + role.word() + ":");
            table(common.stream().filter(SettingDoc::hasEffect).toList());
            withoutEffect(common.stream().filter(key -> !key.hasEffect()).toList());
        }
        docs.forEach(this::component);
    }

    private void component(ComponentDoc doc) {
        line("");
        line("### " + doc.title());
        line("");
        line(doc.summary() + " Written as `" + doc.keyPattern() + "`.");
        if (!doc.otherNames().isEmpty()) {
            line("Other names: "
                    + doc.otherNames().stream().map(ComponentMarkdown::code).collect(Collectors.joining(", ")) + ".");
        }
        if (!doc.keysWithEffect().isEmpty()) {
            table(doc.keysWithEffect());
        }
        withoutEffect(doc.keys().stream().filter(key -> !key.hasEffect()).toList());
    }

    private void table(List<SettingDoc> keys) {
        line("");
        line("| key | value | default | meaning |");
        line("|---|---|---|---|");
        for (SettingDoc key : keys) {
            String names = code(key.key())
                    + key.aliases().stream().map(alias -> ", " + code(alias)).collect(Collectors.joining());
            String range = key.range().isEmpty() ? "" : ", " + key.range();
            String byDefault = key.required() ? "required" : key.byDefault().isEmpty() ? "" : code(key.shownDefault());
            line("| " + names + " | " + cell(key.type() + range) + " | " + byDefault + " | " + cell(key.meaning())
                    + " |");
        }
    }

    private void withoutEffect(List<SettingDoc> keys) {
        if (keys.isEmpty()) {
            return;
        }
        line("");
        line("Taken for Flume's sake, without effect: "
                + keys.stream()
                        .map(key -> code(key.key()) + " (" + key.noEffect() + ")")
                        .collect(Collectors.joining(", "))
                + ".");
    }

    private void line(String text) {
        out.append(text).append('\n');
    }

    private static String code(String text) {
        return "`" + text + "`";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }

    private static String anchor(String title) {
        return title.toLowerCase(Locale.ROOT).replace(' ', '-');
    }
}
