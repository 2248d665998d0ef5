package io.headrace.transport.link.netty;

import io.headrace.transport.link.Hello;
import io.headrace.transport.link.LinkException;
import io.headrace.transport.link.LinkGate;
import io.headrace.transport.link.RejectCode;
import io.headrace.transport.tls.Refusals;
import io.headrace.transport.tls.Subjects;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Checks what one sender shows: certificate, token, and that the stream is its own. On the connection's event loop. */
final class LinkAdmission implements LinkGate {
    private final LinkDoor door;
    private final Channel channel;

    /** Who it is, by kind. */
    private final Map<String, String> identities = new LinkedHashMap<>();

    LinkAdmission(LinkDoor door, Channel channel) {
        this.door = door;
        this.channel = channel;
    }

    @Override
    public void admit(Hello hello) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        checkCertificate(hello, tls);
        checkToken(hello, tls);
        identities.forEach((kind, owner) -> {
            if (!door.owners().isOpenTo(hello.stream(), kind, owner)) {
                throw notTheOwner(hello, kind);
            }
        });
    }

    private void checkCertificate(Hello hello, SslHandler tls) {
        if (!door.wantsCertificates()) {
            return;
        }
        X509Certificate certificate = tls == null ? null : Subjects.peer(tls);
        if (certificate == null) {
            // Java's TLS shows none, either, where its keystore has none of an authority that is trusted here.
            throw refusal(
                    RejectCode.CERTIFICATE,
                    "certificate of " + hello
                            + ": none (expected: keystore at the sink with one that is trusted here; it shows no other)");
        } else if (!door.subjects().allows(certificate)) {
            throw refusal(
                    RejectCode.SUBJECT,
                    "certificate of " + Subjects.name(certificate) + " (expected: one of the allowed-subjects)");
        }
        identities.put("certificate", printable(Subjects.name(certificate)));
    }

    private void checkToken(Hello hello, SslHandler tls) {
        if (!hello.token().isEmpty() && tls == null && !door.allowsPlainToken() && !isLoopback()) {
            throw refusal(
                    RejectCode.TOKEN,
                    "token of " + hello + ": came over a plain connection, it may be known to others now (expected:"
                            + " ssl = true, or allow-plain-token = true)");
        }
        if (!door.tokens().areNeeded()) {
            return;
        }
        Optional<String> name = door.tokens().nameOf(hello);
        if (name.isEmpty()) {
            throw refusal(
                    RejectCode.TOKEN,
                    "token of " + hello + ": " + (hello.token().isEmpty() ? "none" : "not known")
                            + " (expected: token or token-file at the sink, with one that is configured here)");
        } else if (!name.get().isEmpty()) {
            identities.put("token", printable(name.get()));
        }
    }

    private boolean isLoopback() {
        return channel.remoteAddress() instanceof InetSocketAddress peer
                && peer.getAddress() != null
                && peer.getAddress().isLoopbackAddress();
    }

    /** Makes the stream the sender's own; completed on any thread, exceptionally when that cannot be written. */
    CompletableFuture<Boolean> claim(Hello hello) {
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (Map.Entry<String, String> identity : identities.entrySet()) {
            all = all.thenCombine(
                    door.owners().claim(hello.stream(), identity.getKey(), identity.getValue()), Boolean::logicalAnd);
        }
        return all;
    }

    /** The owner is in the file that the line names, not in what a stranger is told. */
    LinkException notTheOwner(Hello hello, String how) {
        return refusal(
                RejectCode.STREAM,
                hello + ": the stream belongs to somebody else by " + how + " (expected: its owner, see "
                        + StreamOwners.FILE + ")");
    }

    private static LinkException refusal(RejectCode code, String why) {
        return new LinkException(code, 0, why);
    }

    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public void refused(RejectCode code, String why) {
        door.refusals().refused(reasonOf(code), channel.remoteAddress(), why);
    }

    private static Refusals.Reason reasonOf(RejectCode code) {
        return switch (code) {
            case TOKEN -> Refusals.Reason.TOKEN;
            case CERTIFICATE -> Refusals.Reason.CERTIFICATE;
            case SUBJECT -> Refusals.Reason.SUBJECT;
            case STREAM -> Refusals.Reason.STREAM;
            case ADDRESS -> Refusals.Reason.ADDRESS;
            case TRANSPORT -> Refusals.Reason.TLS;
            case PROTOCOL, VERSION, CODEC, TOO_LARGE, CHECKSUM, STRUCTURE, ABOVE_WINDOW, CREDIT ->
                Refusals.Reason.PROTOCOL;
        };
    }
}
