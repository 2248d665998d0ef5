/** Serializers: how events stand in a file. */
package io.headrace.engine.serializer;
