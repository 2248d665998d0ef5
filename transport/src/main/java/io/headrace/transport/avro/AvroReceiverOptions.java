package io.headrace.transport.avro;

import io.headrace.transport.link.AckLevel;

/**
 * What connections of a source may do.
 *
 * @param level when requests are answered with OK
 * @param maxEventBytes largest event, headers and body
 * @param maxRequestBytes largest request
 * @param stallMillis how long a request may stand still half received
 * @param idleMillis how long a connection may be silent between requests; 0 for as long as it likes
 */
record AvroReceiverOptions(AckLevel level, int maxEventBytes, int maxRequestBytes, long stallMillis, long idleMillis) {}
