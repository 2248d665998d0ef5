/**
 * What the network components share to keep strangers out: settings with Flume's keys, the TLS contexts made of them,
 * which follow their files ({@link io.headrace.transport.tls.TlsContext}), addresses ({@link
 * io.headrace.transport.tls.IpFilter}), and the record of who was refused ({@link io.headrace.transport.tls.Refusals}).
 *
 * <p>No message, log line or metric has a password, a token or a key in it.
 */
package io.headrace.transport.tls;
