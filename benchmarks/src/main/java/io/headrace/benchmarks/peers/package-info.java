/**
 * Headrace, the bare device and other systems side by side: each is a process of its own ({@link PeerServer}) that does
 * the same work again and again when the rig ({@link PeerProcess}) tells it to, so that all are warm and take turns.
 */
package io.headrace.benchmarks.peers;
