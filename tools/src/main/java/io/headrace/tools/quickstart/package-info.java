/**
 * Two tiers as two processes, killed while lines are on their way, and a ledger of what arrived. {@link
 * io.headrace.tools.quickstart.Quickstart} is the course of it; the other classes are its parts.
 */
package io.headrace.tools.quickstart;
