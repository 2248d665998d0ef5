package io.headrace.transport.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Certificates made for one test run, and files of them in a folder of the test. */
public final class TestCertificates {
    public static final String PASSWORD = "changeit-7";

    private final Path folder;

    public TestCertificates(Path folder) {
        this.folder = folder;
    }

    /** One's own authority. */
    public X509Bundle authority(String subject) throws Exception {
        return builder(subject, Instant.now().plus(1, ChronoUnit.DAYS))
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    /** Good for 127.0.0.1 and localhost for a day. */
    public X509Bundle signed(X509Bundle authority, String subject) throws Exception {
        return signedUntil(authority, subject, Instant.now().plus(1, ChronoUnit.DAYS));
    }

    public X509Bundle signedUntil(X509Bundle authority, String subject, Instant end) throws Exception {
        return builder(subject, end)
                .addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
    }

    /** For another host than the one that is connected to. */
    public X509Bundle signedElsewhere(X509Bundle authority, String subject) throws Exception {
        return builder(subject, Instant.now().plus(1, ChronoUnit.DAYS))
                .addSanDnsName("elsewhere.example")
                .buildIssuedBy(authority);
    }

    private static CertificateBuilder builder(String subject, Instant end) {
        return new CertificateBuilder()
                .algorithm(Algorithm.ecp256)
                .subject(subject)
                .notBefore(Instant.now().minus(2, ChronoUnit.DAYS))
                .notAfter(end);
    }

    /** A PKCS12 file with key and certificates, put there in one step. */
    public Path keyStore(String name, X509Bundle bundle) throws Exception {
        return write(name, bundle.toKeyStore(PASSWORD.toCharArray()));
    }

    /** A PKCS12 file with trusted certificates. */
    public Path trustStore(String name, X509Bundle... trusted) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < trusted.length; i++) {
            store.setCertificateEntry("trusted-" + i, trusted[i].getCertificate());
        }
        return write(name, store);
    }

    /** Certificates and key as text, in one file. */
    public Path pem(String name, X509Bundle bundle) throws IOException {
        return Files.writeString(folder.resolve(name), bundle.getCertificatePathPEM() + bundle.getPrivateKeyPEM());
    }

    private Path write(String name, KeyStore store) throws Exception {
        Path draft = folder.resolve(name + ".draft");
        try (OutputStream out = Files.newOutputStream(draft)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return Files.move(draft, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
}
