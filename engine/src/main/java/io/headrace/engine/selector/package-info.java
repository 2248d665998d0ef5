/** Selectors: which channels of a source an event goes to. */
package io.headrace.engine.selector;
