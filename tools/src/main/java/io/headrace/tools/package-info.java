/** The {@code headrace} command: one class per subcommand, started by {@code bin/headrace} through {@link Main}. */
package io.headrace.tools;
