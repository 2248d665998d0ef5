package io.headrace.transport.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Certificates and keys as text, RFC 7468: {@code CERTIFICATE}, {@code PRIVATE KEY} and {@code ENCRYPTED PRIVATE KEY}
 * (PKCS#8). Text between the blocks is skipped.
 */
final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private final String key;
    private final Path file;
    private final String text;

    /** @param key of the setting that names the file, for messages */
    Pem(String key, Path file, byte[] content) {
        this.key = key;
        this.file = file;
        this.text = new String(content, StandardCharsets.ISO_8859_1);
    }

    /** All certificates in order, at least one. */
    List<X509Certificate> certificates() throws GeneralSecurityException, IOException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> found = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            if (block.group(1).equals("CERTIFICATE")) {
                found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(decoded(block))));
            }
        }
        if (found.isEmpty()) {
            throw new TlsException(key + ": " + file + ": no certificate (expected: -----BEGIN CERTIFICATE-----)");
        }
        return found;
    }

    /** The first private key. */
    PrivateKey privateKey(char[] password) throws GeneralSecurityException, IOException {
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            switch (block.group(1)) {
                case "PRIVATE KEY" -> {
                    return privateKey(new PKCS8EncodedKeySpec(decoded(block)));
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    return privateKey(decrypted(new EncryptedPrivateKeyInfo(decoded(block)), password));
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
                    throw new TlsException(key + ": " + file + ": " + block.group(1)
                            + " (expected: PRIVATE KEY; openssl pkcs8 -topk8 makes one of it)");
                default -> {}
            }
        }
        throw new TlsException(key + ": " + file + ": no private key (expected: -----BEGIN PRIVATE KEY-----)");
    }

    private PKCS8EncodedKeySpec decrypted(EncryptedPrivateKeyInfo info, char[] password)
            throws GeneralSecurityException, IOException {
        if (password.length == 0) {
            throw new TlsException(key + "-password: missing (expected: that of the encrypted key in " + file + ")");
        }
        String algorithm = info.getAlgParameters() == null
                ? info.getAlgName()
                : info.getAlgParameters().toString();
        Cipher cipher = Cipher.getInstance(algorithm);
        PBEKeySpec secret = new PBEKeySpec(password);
        try {
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(algorithm).generateSecret(secret),
                    info.getAlgParameters());
            return info.getKeySpec(cipher);
        } catch (InvalidKeySpecException e) {
            throw new TlsException(key + "-password: wrong for " + file + " (expected: that of its private key)", e);
        } finally {
            secret.clearPassword();
        }
    }

    private PrivateKey privateKey(PKCS8EncodedKeySpec encoded) throws GeneralSecurityException, IOException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // One of the others, or none of them.
                continue;
            }
        }
        throw new TlsException(key + ": " + file + ": no key of a known kind (expected: RSA, EC or Ed25519)");
    }

    private byte[] decoded(Matcher block) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new TlsException(key + ": " + file + ": " + block.group(1) + " is damaged (expected: base64)", e);
        }
    }
}
