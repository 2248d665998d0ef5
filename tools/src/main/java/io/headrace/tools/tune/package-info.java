/** What {@code headrace tune} measures, how it searches, and what it says. */
package io.headrace.tools.tune;
