package io.headrace.tools;

import io.headrace.engine.spi.ComponentRole;
import io.headrace.tools.components.ComponentCatalogue;
import io.headrace.tools.components.ComponentDoc;
import io.headrace.tools.components.ComponentJson;
import io.headrace.tools.components.ComponentMarkdown;
import io.headrace.tools.components.ComponentText;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows what components there are and every key of them, plug-ins included. */
@Command(
        name = "components",
        description = {"Show what can stand in a configuration: components, and every key of one.", ""},
        footerHeading = "%nExamples:%n",
        footer = {
            "  headrace help components                 all, a line each",
            "  headrace help components TAILDIR         every key of one",
            "  headrace help components channel file    the same, when sources or sinks have the name as well",
            "  headrace help components sinks           all of a kind",
            "",
            "Exit codes: 0 shown, 64 there is no such component."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE)
final class ComponentsCommand implements Callable<Integer> {
    @ParentCommand
    private HelpCommand parent;

    @Parameters(
            paramLabel = "[KIND] NAME",
            arity = "0..2",
            description = "Which one: its name, other name or class; source, channel, sink, interceptor, selector,"
                    + " serializer before it when the name alone means several.")
    private List<String> words = List.of();

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    @Option(names = "--markdown", description = "As a document.")
    private boolean markdown;

    @Mixin
    private PlugInOptions plugIns;

    @Override
    public Integer call() {
        if (json && markdown) {
            throw new CommandException(ExitCode.USAGE, "--json: with --markdown (expected: one of them)");
        }
        ComponentCatalogue catalogue = ComponentCatalogue.of(plugIns.registry(parent.console()));
        List<ComponentDoc> wanted = wanted(catalogue);
        parent.console().out().print(rendered(wanted));
        return ExitCode.OK;
    }

    private String rendered(List<ComponentDoc> wanted) {
        if (json) {
            return ComponentJson.of(wanted);
        } else if (markdown) {
            return ComponentMarkdown.document(wanted);
        }
        return isOverview() ? ComponentText.overview(wanted) : ComponentText.details(wanted);
    }

    /** Whether no single component is asked for. */
    private boolean isOverview() {
        return words.isEmpty() || words.size() == 1 && ComponentCatalogue.role(words.get(0)) != null;
    }

    private List<ComponentDoc> wanted(ComponentCatalogue catalogue) {
        if (words.isEmpty()) {
            return catalogue.all();
        }
        ComponentRole role = ComponentCatalogue.role(words.get(0));
        if (isOverview()) {
            return catalogue.all(role);
        } else if (words.size() == 2 && role == null) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "help components: " + words.get(0) + " (expected: source, channel, sink, interceptor, selector or"
                            + " serializer before " + words.get(1) + ")");
        }
        String name = words.get(words.size() - 1);
        List<ComponentDoc> found = catalogue.find(role, name);
        if (found.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "help components: " + name + " (expected: " + catalogue.expected(role, name) + ")");
        }
        return found;
    }
}
