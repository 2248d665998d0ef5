/** The life of an agent: its parts are started, supervised, restarted with back-off and stopped in order. */
package io.headrace.engine.agent;
