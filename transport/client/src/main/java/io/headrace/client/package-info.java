/**
 * Sends events of an application to sources {@code link}, each once as long as the application lives; begin with {@link
 * io.headrace.client.EventClient}.
 */
package io.headrace.client;
