/** Sinks that need nothing but this machine. */
package io.headrace.engine.sink;
