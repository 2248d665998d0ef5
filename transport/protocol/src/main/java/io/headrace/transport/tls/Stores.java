package io.headrace.transport.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;

/** Reads key stores and trust stores, and says what is wrong with them. */
final class Stores {
    private static final byte[] PROBE = {'h', 'e', 'a', 'd', 'r', 'a', 'c', 'e'};

    /**
     * A private key with its certificates.
     *
     * @param notAfter when the first certificate to expire does, milliseconds since the epoch
     */
    record KeyMaterial(KeyManagerFactory factory, String subject, long notAfter) {}

    private Stores() {}

    /**
     * The key material of a store.
     *
     * @param now milliseconds since the epoch
     * @throws TlsException when there is no usable key with a certificate that is valid now
     */
    static KeyMaterial keys(Path file, String type, String password, long now) throws IOException {
        char[] secret = password == null ? new char[0] : password.toCharArray();
        try {
            byte[] content = read("keystore", file);
            KeyStore store =
                    isPem(type) ? pemKeys(file, content, secret) : load("keystore", file, type, secret, content);
            X509Certificate own = null;
            PrivateKey key = null;
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    Key found = key(store, alias, secret, file);
                    Certificate[] chain = store.getCertificateChain(alias);
                    if (found instanceof PrivateKey usable && chain != null && chain[0] instanceof X509Certificate c) {
                        own = own == null || c.getNotAfter().before(own.getNotAfter()) ? c : own;
                        key = own == c ? usable : key;
                        requireValid(file, c, now);
                        requirePair(file, usable, c);
                    }
                }
            }
            if (own == null || key == null) {
                throw new TlsException("keystore: " + file
                        + ": no private key with a certificate (expected: one; is it the trust store?)");
            }
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, secret);
            return new KeyMaterial(
                    factory, Subjects.name(own), own.getNotAfter().getTime());
        } catch (GeneralSecurityException e) {
            throw new TlsException("keystore: " + file + ": " + e.getMessage() + " (expected: a readable key)", e);
        }
    }

    /** The certificates that are trusted, at least one. */
    static KeyStore trusted(Path file, String type, String password) throws IOException {
        try {
            byte[] content = read("truststore", file);
            char[] secret = password == null ? null : password.toCharArray();
            KeyStore store = isPem(type) ? pemTrusted(file, content) : load("truststore", file, type, secret, content);
            if (Collections.list(store.aliases()).stream().noneMatch(alias -> isTrusted(store, alias))) {
                throw new TlsException("truststore: " + file + ": no trusted certificate (expected: at least one"
                        + (password == null ? "; is truststore-password missing?)" : ")"));
            }
            return store;
        } catch (GeneralSecurityException e) {
            throw new TlsException(
                    "truststore: " + file + ": " + e.getMessage() + " (expected: readable certificates)", e);
        }
    }

    private static boolean isTrusted(KeyStore store, String alias) {
        try {
            // An entry with a key counts too: Java's trust managers take its first certificate.
            return store.getCertificate(alias) != null;
        } catch (KeyStoreException e) {
            throw new IllegalStateException("a store that is loaded", e);
        }
    }

    private static boolean isPem(String type) {
        return type.equalsIgnoreCase("PEM");
    }

    private static byte[] read(String key, Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TlsException(key + ": " + file + ": no such file (expected: a readable file)", e);
        } catch (IOException e) {
            throw new TlsException(key + ": " + file + ": " + e.getMessage() + " (expected: a readable file)", e);
        }
    }

    private static KeyStore load(String key, Path file, String type, char[] password, byte[] content)
            throws GeneralSecurityException, IOException {
        KeyStore store;
        try {
            store = KeyStore.getInstance(type.toUpperCase(Locale.ROOT));
        } catch (KeyStoreException e) {
            throw new TlsException(key + "-type: " + type + " (expected: JKS, PKCS12 or PEM)", e);
        }
        try {
            store.load(new ByteArrayInputStream(content), password);
            return store;
        } catch (IOException e) {
            if (isWrongPassword(e)) {
                boolean missing = password == null || password.length == 0;
                throw new TlsException(
                        key + "-password: " + (missing ? "missing" : "wrong") + " for " + file
                                + " (expected: the one that the file was made with)",
                        e);
            }
            throw new TlsException(
                    key + ": " + file + ": no store of type " + type + " (expected: JKS or PKCS12, or " + key
                            + "-type = PEM)",
                    e);
        }
    }

    private static boolean isWrongPassword(IOException e) {
        return e.getCause() instanceof UnrecoverableKeyException
                || String.valueOf(e.getMessage()).contains("password was incorrect");
    }

    private static Key key(KeyStore store, String alias, char[] password, Path file)
            throws GeneralSecurityException, IOException {
        try {
            return store.getKey(alias, password);
        } catch (UnrecoverableKeyException e) {
            throw new TlsException(
                    "keystore-password: wrong for the key " + alias + " in " + file
                            + " (expected: one password for the store and its key)",
                    e);
        }
    }

    private static KeyStore pemKeys(Path file, byte[] content, char[] password)
            throws GeneralSecurityException, IOException {
        Pem pem = new Pem("keystore", file, content);
        List<X509Certificate> chain = pem.certificates();
        KeyStore store = empty();
        store.setKeyEntry("key", pem.privateKey(password), password, chain.toArray(Certificate[]::new));
        return store;
    }

    private static KeyStore pemTrusted(Path file, byte[] content) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        int number = 0;
        for (X509Certificate certificate : new Pem("truststore", file, content).certificates()) {
            store.setCertificateEntry("trusted-" + number++, certificate);
        }
        return store;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static void requireValid(Path file, X509Certificate certificate, long now) throws TlsException {
        Date at = new Date(now);
        if (at.after(certificate.getNotAfter())) {
            throw new TlsException("keystore: " + file + ": certificate of " + Subjects.name(certificate)
                    + " expired at " + certificate.getNotAfter().toInstant() + " (expected: one that is valid at "
                    + at.toInstant() + ")");
        } else if (at.before(certificate.getNotBefore())) {
            throw new TlsException("keystore: " + file + ": certificate of " + Subjects.name(certificate)
                    + " is valid from " + certificate.getNotBefore().toInstant() + " (expected: one that is valid at "
                    + at.toInstant() + ")");
        }
    }

    private static void requirePair(Path file, PrivateKey key, X509Certificate certificate)
            throws GeneralSecurityException, TlsException {
        String algorithm = key.getAlgorithm();
        String signing =
                algorithm.startsWith("Ed") ? algorithm : "SHA256with" + (algorithm.equals("EC") ? "ECDSA" : algorithm);
        Signature signature = Signature.getInstance(signing);
        signature.initSign(key);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        boolean pair;
        try {
            signature.initVerify(certificate.getPublicKey());
            signature.update(PROBE);
            pair = signature.verify(signed);
        } catch (java.security.InvalidKeyException | SignatureException e) {
            pair = false;
        }
        if (!pair) {
            throw new TlsException("keystore: " + file + ": the key is not that of the certificate of "
                    + Subjects.name(certificate) + " (expected: a key and its certificate)");
        }
    }
}
