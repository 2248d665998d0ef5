/** Interceptors: what changes headers and bodies between a source and its channels. */
package io.headrace.engine.interceptor;
