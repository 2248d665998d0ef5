/** Groups of sinks: which of them work, how they share a channel, and what moved from one to another. */
package io.headrace.engine.group;
