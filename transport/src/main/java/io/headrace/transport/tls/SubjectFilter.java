package io.headrace.transport.tls;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/** Whose certificates are taken. Immutable. */
public final class SubjectFilter {
    private final List<Predicate<X509Certificate>> allowed;

    private SubjectFilter(List<Predicate<X509Certificate>> allowed) {
        this.allowed = allowed;
    }

    /**
     * Reads subjects ({@code CN=web1,O=Acme}, compared as X.500 does) and names, with {@code *} for any characters, which
     * the CN or a DNS name of the certificate must match; separated by semicolons.
     *
     * @throws IllegalArgumentException that says which is none
     */
    public static SubjectFilter parse(String text) {
        List<Predicate<X509Certificate>> allowed = new ArrayList<>();
        for (String part : text.split(";")) {
            String entry = part.trim();
            if (entry.indexOf('=') >= 0) {
                allowed.add(subject(entry));
            } else if (entry.equals("*")) {
                allowed.add(certificate -> true);
            } else if (entry.matches(".*[\\s,].*")) {
                throw new IllegalArgumentException(
                        "allowed-subjects: " + entry + " (expected: semicolons between subjects)");
            } else if (!entry.isEmpty()) {
                Pattern name = Wildcards.pattern(entry);
                allowed.add(certificate -> Subjects.shortNames(certificate).stream()
                        .anyMatch(own -> name.matcher(own).matches()));
            }
        }
        if (allowed.isEmpty()) {
            throw new IllegalArgumentException("allowed-subjects: empty (expected: at least one subject, or *)");
        }
        return new SubjectFilter(List.copyOf(allowed));
    }

    private static Predicate<X509Certificate> subject(String entry) {
        try {
            X500Principal wanted = new X500Principal(entry);
            return certificate -> wanted.equals(certificate.getSubjectX500Principal());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "allowed-subjects: " + entry + " (expected: a subject such as CN=web1,O=Acme)", e);
        }
    }

    public boolean allows(X509Certificate certificate) {
        return allowed.stream().anyMatch(one -> one.test(certificate));
    }
}
