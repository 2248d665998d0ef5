package io.headrace.transport.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** What went wrong between two ends of TLS, in an operator's words. Pure functions, for any thread. */
public final class TlsFailures {
    private static final String ALERT = "received fatal alert: ";
    private static final String NO_CERTIFICATE = "Empty client certificate chain";

    private TlsFailures() {}

    /** Whether TLS, and so the peer, is the cause, not this program. */
    public static boolean isTls(Throwable cause) {
        return find(cause, SSLException.class) != null;
    }

    /** Whether it is about the certificate that the peer showed, or about its having none. */
    public static boolean isAboutCertificate(Throwable cause) {
        return find(cause, CertificateException.class) != null
                || find(cause, CertPathValidatorException.class) != null
                || contains(cause, "PKIX path building failed")
                || contains(cause, NO_CERTIFICATE);
    }

    /** Whether it is about time. */
    public static boolean isTimeout(Throwable cause) {
        return find(cause, SslHandshakeTimeoutException.class) != null;
    }

    /** Whether the peer went away before anything was decided, as who only looks at a port does. */
    public static boolean isDeparture(Throwable cause) {
        return find(cause, ClosedChannelException.class) != null && find(cause, CertificateException.class) == null;
    }

    /** In one line, without an end. */
    public static String explain(Throwable cause) {
        if (find(cause, NotSslRecordException.class) != null) {
            return "what came is not TLS (expected: ssl = true at both ends, or at none)";
        } else if (find(cause, SslHandshakeTimeoutException.class) != null) {
            return "TLS handshake not finished in time (" + cause.getMessage() + ')';
        } else if (find(cause, CertificateExpiredException.class) != null) {
            return "certificate of the peer expired: "
                    + find(cause, CertificateExpiredException.class).getMessage()
                    + " (expected: one that is valid now)";
        } else if (find(cause, CertificateNotYetValidException.class) != null) {
            return "certificate of the peer is not valid yet: "
                    + find(cause, CertificateNotYetValidException.class).getMessage()
                    + " (expected: one that is valid now)";
        } else if (find(cause, CertPathValidatorException.class) != null
                || contains(cause, "PKIX path building failed")) {
            return "certificate of the peer is not trusted: " + innermost(cause)
                    + " (expected: one that the truststore has signed)";
        } else if (find(cause, CertificateException.class) != null) {
            return "certificate of the peer: "
                    + find(cause, CertificateException.class).getMessage()
                    + " (expected: one for the host that was connected to)";
        } else if (contains(cause, NO_CERTIFICATE)) {
            return "certificate of the peer: none (expected: keystore there with one that is trusted here; it shows no other)";
        } else if (find(cause, SSLException.class) != null) {
            return ofMessage(String.valueOf(find(cause, SSLException.class).getMessage()));
        } else if (find(cause, ClosedChannelException.class) != null) {
            return "closed by the peer during the TLS handshake (expected: ssl = true at both ends, or at none)";
        }
        return String.valueOf(cause.getMessage());
    }

    private static String ofMessage(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        int alert = lower.indexOf(ALERT);
        if (alert < 0) {
            return message;
        }
        String code = lower.substring(alert + ALERT.length()).trim();
        return switch (code) {
            case "certificate_required" -> "the peer wants a certificate (expected: keystore)";
            case "bad_certificate", "certificate_unknown", "unknown_ca", "unsupported_certificate" ->
                "the peer does not take the certificate, or got none: " + code
                        + " (expected: keystore with one that its truststore trusts)";
            case "certificate_expired" ->
                "the peer says that the certificate expired (expected: keystore with one that is valid now)";
            case "access_denied" ->
                "the peer does not let this address in: access_denied (expected: one that its ipFilterRules allow)";
            case "protocol_version", "handshake_failure", "insufficient_security" ->
                "no protocol, cipher suite or certificate that both ends take (" + code + ")";
            default -> "the peer ended TLS (" + code + ")";
        };
    }

    private static String innermost(Throwable cause) {
        Throwable last = cause;
        while (last.getCause() != null && last.getCause() != last) {
            last = last.getCause();
        }
        return String.valueOf(last.getMessage());
    }

    private static boolean contains(Throwable cause, String text) {
        for (Throwable one = cause; one != null; one = one.getCause()) {
            if (String.valueOf(one.getMessage()).contains(text)) {
                return true;
            }
        }
        return false;
    }

    private static <T extends Throwable> T find(Throwable cause, Class<T> type) {
        for (Throwable one = cause; one != null; one = one.getCause()) {
            if (type.isInstance(one)) {
                return type.cast(one);
            }
        }
        return null;
    }
}
