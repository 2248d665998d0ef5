/** How the command logs: one line an event, to standard error. */
package io.headrace.tools.logging;
