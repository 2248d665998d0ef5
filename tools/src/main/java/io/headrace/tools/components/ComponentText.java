package io.headrace.tools.components;

import io.headrace.engine.spi.ComponentRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Components for a terminal of 80 columns. */
public final class ComponentText {
    private static final int WIDTH = 80;
    private static final int MOST_NAME = 24;
    private static final String MARGIN = "  ";
    private static final String MEANING = "      ";

    private final StringBuilder out = new StringBuilder();

    private ComponentText() {}

    /** A line for each component. */
    public static String overview(List<ComponentDoc> docs) {
        ComponentText text = new ComponentText();
        for (ComponentRole role : ComponentRole.values()) {
            List<ComponentDoc> ofRole =
                    docs.stream().filter(doc -> doc.role() == role).toList();
            if (!ofRole.isEmpty()) {
                text.heading(plural(role));
                text.table(ofRole);
                text.line("");
            }
        }
        text.line("All about one:  headrace help components [KIND] NAME");
        return text.out.toString();
    }

    /** Everything about components. */
    public static String details(List<ComponentDoc> docs) {
        ComponentText text = new ComponentText();
        for (ComponentDoc doc : docs) {
            if (text.out.length() > 0) {
                text.line("");
            }
            text.component(doc);
        }
        return text.out.toString();
    }

    static String plural(ComponentRole role) {
        String word = role.word() + "s";
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    private void table(List<ComponentDoc> docs) {
        List<String> names = docs.stream().map(ComponentText::names).toList();
        int width = names.stream()
                .mapToInt(String::length)
                .filter(length -> length <= MOST_NAME)
                .max()
                .orElse(MOST_NAME);
        for (int i = 0; i < docs.size(); i++) {
            String indent = MARGIN + " ".repeat(width) + MARGIN;
            String name = names.get(i);
            boolean fits = name.length() <= width;
            if (!fits) {
                line(MARGIN + name);
            }
            String begin = fits ? MARGIN + name + " ".repeat(width - name.length()) + MARGIN : indent;
            ComponentDoc doc = docs.get(i);
            String origin = doc.plugIn().isEmpty() ? "" : " (plug-in " + doc.plugIn() + ")";
            wrap(begin, indent, doc.summary() + origin);
        }
    }

    /** The alias, and other names that are no class names. */
    private static String names(ComponentDoc doc) {
        String others =
                doc.otherNames().stream().filter(name -> name.indexOf('.') < 0).collect(Collectors.joining(", "));
        return others.isEmpty() ? doc.name() : doc.name() + " (" + others + ")";
    }

    private void component(ComponentDoc doc) {
        heading(doc.title());
        wrap(MARGIN, MARGIN, doc.summary());
        if (!doc.otherNames().isEmpty()) {
            wrap(MARGIN, MARGIN + MARGIN, "Other names: " + String.join(", ", doc.otherNames()));
        }
        if (!doc.plugIn().isEmpty()) {
            line(MARGIN + "From plug-in: " + doc.plugIn());
        }
        line(MARGIN + "Written as: " + doc.keyPattern());
        keys("Keys:", doc.keysWithEffect());
        keys("Keys of every " + doc.role().word() + ":", doc.commonKeysWithEffect());
        keys("Taken for Flume's sake, without effect:", doc.keysWithoutEffect());
    }

    private void keys(String heading, List<SettingDoc> keys) {
        if (keys.isEmpty()) {
            return;
        }
        line("");
        line(heading);
        for (SettingDoc key : keys) {
            List<String> names = new ArrayList<>();
            names.add(key.key());
            names.addAll(key.aliases());
            String written = String.join(", ", names);
            if (key.hasEffect()) {
                wrap(MARGIN, MEANING + MARGIN, written + ": " + key.value());
                wrap(MEANING, MEANING, key.meaning());
            } else {
                wrap(MARGIN, MEANING, written + ": " + key.noEffect());
            }
        }
    }

    private void heading(String text) {
        line(text);
    }

    private void line(String text) {
        out.append(text).append('\n');
    }

    /** Writes words behind {@code first}, and what doesn't fit behind {@code next}. */
    private void wrap(String first, String next, String text) {
        StringBuilder line = new StringBuilder(first);
        boolean begun = false;
        for (String word : text.split(" ")) {
            if (begun && line.length() + 1 + word.length() > WIDTH) {
                line(line.toString());
                line = new StringBuilder(next);
                begun = false;
            }
            line.append(begun ? " " : "").append(word);
            begun = true;
        }
        line(line.toString());
    }
}
