package io.headrace.engine.spi;

/**
 * What came of looking for a component.
 *
 * @param provider the component, or null when there is none that can be used
 * @param found what there is instead, e.g. {@code is a source, in plug-in acme}; empty when there is nothing
 * @param expected what should have been written; empty when there is a component
 */
public record ComponentLookup<P extends ComponentProvider>(P provider, String found, String expected) {
    static <P extends ComponentProvider> ComponentLookup<P> of(P provider) {
        return new ComponentLookup<>(provider, "", "");
    }

    /** Says what is wrong, with the key and the value that were written. */
    public String message(String key, String type) {
        String what = type.isEmpty() ? "empty" : type;
        return key + ": " + what + (found.isEmpty() ? "" : ": " + found) + " (expected: " + expected + ")";
    }
}
