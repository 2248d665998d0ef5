package io.headrace.transport.link.netty;

import io.headrace.transport.link.Hello;
import io.headrace.transport.tls.FileStamps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The secrets that senders show. A file has one a line, {@code TOKEN} or {@code NAME TOKEN}; a name may have several, so that
 * one can be replaced by another without a stop. Lines that begin with {@code #} are skipped. No message has a token in
 * it. Safe for any thread; {@link #readAgain} blocks.
 */
final class LinkTokens {
    private static final int LEAST_LENGTH = 8;
    private static final int MOST_LENGTH = 1_000;

    /** One that is known; no record, so that nothing prints it. */
    private static final class Token {
        private final String name;
        private final String secret;
        private final byte[] digest;

        Token(String name, String secret) {
            this.name = name;
            this.secret = secret;
            this.digest = digest(secret);
        }
    }

    private final Path file;
    private volatile List<Token> tokens;
    private FileStamps seen;

    private LinkTokens(Path file) throws IOException {
        this.file = file;
        this.seen = FileStamps.of(List.of(file));
        this.tokens = read(file);
    }

    private LinkTokens(List<Token> tokens) {
        this.file = null;
        this.tokens = tokens;
    }

    /** @throws IOException with key, value and expectation when the file is no file of tokens */
    static LinkTokens of(Optional<String> token, Optional<Path> file) throws IOException {
        if (file.isPresent()) {
            return new LinkTokens(file.get());
        } else if (token.isPresent()) {
            return new LinkTokens(List.of(new Token("", token.get())));
        }
        return new LinkTokens(List.of());
    }

    /**
     * Settings that make no sense are refused before anything starts.
     *
     * @throws IllegalArgumentException with key and expectation
     */
    static void check(Optional<String> token, Optional<Path> file) {
        if (token.isPresent() && file.isPresent()) {
            throw new IllegalArgumentException("token-file: " + file.get() + " (expected: only one of it and token)");
        }
        token.ifPresent(secret -> {
            if (!isToken(secret)) {
                throw new IllegalArgumentException("token: *** (expected: " + expectation() + ")");
            }
        });
    }

    /** Whether senders must show one. */
    boolean areNeeded() {
        return !tokens.isEmpty();
    }

    /** The only one, or empty for none. */
    String only() throws IOException {
        List<Token> now = tokens;
        if (now.size() > 1) {
            throw new IOException("token-file: " + file + ": " + now.size() + " tokens (expected: one at a sink)");
        }
        return now.isEmpty() ? "" : now.get(0).secret;
    }

    /** The name of who has the token that HELLO carries, empty when it has none; no value when it is not known. */
    Optional<String> nameOf(Hello hello) {
        byte[] given = digest(hello.token());
        String found = null;
        // All of them, whatever is found: the time taken says nothing.
        for (Token one : tokens) {
            if (MessageDigest.isEqual(one.digest, given)) {
                found = one.name;
            }
        }
        return Optional.ofNullable(found);
    }

    /**
     * Reads the file anew, if there is one that has changed; one thread at a time.
     *
     * @return whether there was
     * @throws IOException once for each change that cannot be used; all is as before then
     */
    boolean readAgain() throws IOException {
        FileStamps now = file == null ? null : FileStamps.of(List.of(file));
        if (file == null || now.equals(seen)) {
            return false;
        }
        seen = now;
        tokens = read(file);
        return true;
    }

    private static List<Token> read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new IOException("token-file: " + file + ": no such file (expected: a readable file)", e);
        } catch (IOException e) {
            throw new IOException("token-file: " + file + ": " + e.getMessage() + " (expected: a readable file)", e);
        }
        List<Token> found = new ArrayList<>();
        Set<String> secrets = new HashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).trim();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split("\\s+");
            String secret = words[words.length - 1];
            if (words.length > 2 || !isToken(secret) || !secrets.add(secret)) {
                throw new IOException("token-file: " + file + ": line " + (i + 1)
                        + " (expected: TOKEN or NAME TOKEN, each token once; a token: " + expectation() + ")");
            }
            found.add(new Token(words.length == 2 ? words[0] : "", secret));
        }
        if (found.isEmpty()) {
            throw new IOException("token-file: " + file + ": no token (expected: one a line)");
        }
        return List.copyOf(found);
    }

    private static boolean isToken(String secret) {
        return secret.length() >= LEAST_LENGTH
                && secret.length() <= MOST_LENGTH
                && secret.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static String expectation() {
        return LEAST_LENGTH + " to " + MOST_LENGTH + " printable ASCII characters without blanks";
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has it", e);
        }
    }
}
