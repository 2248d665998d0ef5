package io.headrace.transport.tls;

import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;

/** The names in certificates. Pure functions, for any thread. */
public final class Subjects {
    private static final int DNS_NAME = 2;

    private Subjects() {}

    /** The subject as RFC 2253 writes it, e.g. {@code CN=web1,O=Acme}. */
    public static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
    }

    /** The certificate that the peer of a finished handshake has proved to own, or null. */
    public static X509Certificate peer(SslHandler handler) {
        try {
            Certificate[] chain = handler.engine().getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate own ? own : null;
        } catch (SSLPeerUnverifiedException e) {
            // It showed none.
            return null;
        }
    }

    /** The common names of the subject and the DNS names beside it. */
    static List<String> shortNames(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            for (Rdn rdn : new LdapName(name(certificate)).getRdns()) {
                Attribute common = rdn.toAttributes().get("cn");
                if (common != null && common.get() instanceof String text) {
                    names.add(text);
                }
            }
            Collection<List<?>> others = certificate.getSubjectAlternativeNames();
            if (others != null) {
                others.stream()
                        .filter(other -> Integer.valueOf(DNS_NAME).equals(other.get(0)))
                        .forEach(other -> names.add(String.valueOf(other.get(1))));
            }
        } catch (InvalidNameException | CertificateParsingException e) {
            // Names that cannot be read match nothing.
            return List.of();
        } catch (NamingException e) {
            throw new IllegalStateException(name(certificate) + ": an attribute in memory", e);
        }
        return names;
    }
}
