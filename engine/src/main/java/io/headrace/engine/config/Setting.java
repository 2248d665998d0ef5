package io.headrace.engine.config;

import io.headrace.engine.spi.ComponentProvider;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one key of a component on a component of its settings record. Types that can be read: int, long, double,
 * boolean, String, enums (case does not matter, {@code -} is {@code _}), {@code List<String>} (blanks or commas), {@code
 * List<Path>} (commas), {@code Map<String, String>} for a key that ends in {@code *}, {@link java.nio.file.Path}, {@link
 * java.time.Duration} (a bare number is in {@link #unit()}; {@code ms, s, m, h, d} are understood), sizes as int or long
 * with unit {@code bytes} ({@code k, m, g} are understood), and their {@code Optional}s.
 *
 * <p>A component without it whose type is a record takes that record's keys, so that components can share keys.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** The key as in Flume; {@code prefix.*} takes all keys below the prefix. */
    String key();

    /** Other spellings that are read as well. */
    String[] aliases() default {};

    /** The default as it would be written; empty means none: Optional, list and map are then empty, others required. */
    String byDefault() default "";

    /** What a bare number counts, e.g. {@code ms}, {@code events}, {@code bytes}. */
    String unit() default "";

    /** Smallest value of a number. */
    long min() default Long.MIN_VALUE;

    /** Largest value of a number. */
    long max() default Long.MAX_VALUE;

    /**
     * Whether a text is one of a few words or the name of something that has no blanks, such as a host: a comment behind it
     * is then dropped, as behind a number. Other texts keep it.
     */
    boolean word() default false;

    /**
     * Why a value changes nothing, for keys that are taken for Flume's sake; empty for all others. Such a component is an
     * Optional, which is always empty: whoever writes the key is told this reason once, whatever the value is.
     */
    String noEffect() default "";

    /**
     * The kind of component whose type the value is, e.g. {@code ComponentProvider.OfSerializer.class}. That component's
     * own settings stand below the key, which needs a second component {@code KEY.*}.
     */
    Class<? extends ComponentProvider> names() default ComponentProvider.class;

    /**
     * For a key {@code prefix.*}: the key, earlier in the record, of the list that names what may stand below it. What
     * stands below other names is not read, and whoever writes it is told; empty where everything is read.
     */
    String below() default "";

    /** A sentence for the reader of the documentation. */
    String doc();
}
