package io.headrace.transport.tls;

/** Whether a server wants to see a certificate of its peers. */
public enum ClientAuth {
    /** It does not ask. */
    NONE,
    /** Who has none, or none that is trusted, is refused. */
    NEED
}
