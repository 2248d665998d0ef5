/** What {@code headrace wal} prints: logs, their damage and their events as text and JSON. */
package io.headrace.tools.wal;
