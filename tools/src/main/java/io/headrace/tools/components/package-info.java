/** What components there are and what can be set, as text, Markdown and JSON, from the classes that read the settings. */
package io.headrace.tools.components;
