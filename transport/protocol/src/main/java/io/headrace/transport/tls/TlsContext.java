package io.headrace.transport.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.EpochClock;

/**
 * What new connections of one component speak TLS with. It follows its files: when one of them has changed, {@link
 * #checkFiles} reads them anew, and connections made from then on use what is there; those that exist go on. Files that
 * cannot be used leave everything as it is.
 *
 * <p>{@link #newHandler} is for any thread, {@link #checkFiles} reads files and is for one thread at a time that may block.
 */
public final class TlsContext {
    /** Told what becomes of the files; on the thread that calls {@link #checkFiles}. */
    public interface Listener {
        /** New connections use what the files have now. */
        void reloaded(String what);

        /** The files have changed and cannot be used; said again only when they change again. */
        void notReloaded(IOException why);
    }

    /**
     * A context, and when the certificate in it expires; {@link Long#MAX_VALUE} without one.
     *
     * @param description for people
     */
    record Loaded(SslContext context, String description, long notAfter) {}

    /** Reads all files, as often as it is called. */
    @FunctionalInterface
    interface Loader {
        Loaded load(long now) throws IOException;
    }

    private final List<Path> files;
    private final Loader loader;
    private final EpochClock clock;
    private final boolean verifiesHost;
    private volatile Loaded loaded;
    private FileStamps loadedFiles;
    private FileStamps refusedFiles;

    /** @throws IOException when the files cannot be used now */
    TlsContext(List<Path> files, Loader loader, EpochClock clock, boolean verifiesHost) throws IOException {
        this.files = List.copyOf(files);
        this.loader = loader;
        this.clock = clock;
        this.verifiesHost = verifiesHost;
        this.loadedFiles = FileStamps.of(files);
        this.loaded = loader.load(clock.time());
    }

    /** For an accepted connection. */
    public SslHandler newHandler(ByteBufAllocator allocator) {
        return loaded.context().newHandler(allocator);
    }

    /** For a connection to a server; its certificate must be for {@code host} where that is asked for. */
    public SslHandler newHandler(ByteBufAllocator allocator, String host, int port) {
        return loaded.context().newHandler(allocator, host, port);
    }

    /** Whether the name in a server's certificate is looked at. */
    public boolean verifiesHost() {
        return verifiesHost;
    }

    /** What is used, for people: whose certificate, until when. */
    public String description() {
        return loaded.description();
    }

    /** Until the own certificate expires, negative afterwards; {@link Long#MAX_VALUE} when there is none. */
    public long secondsLeft() {
        long notAfter = loaded.notAfter();
        return notAfter == Long.MAX_VALUE ? Long.MAX_VALUE : Math.floorDiv(notAfter - clock.time(), 1_000L);
    }

    /** Reads the files if they changed. One that is half written is read again at the next call. */
    public void checkFiles(Listener listener) {
        FileStamps now = FileStamps.of(files);
        if (now.equals(loadedFiles)) {
            refusedFiles = null;
            return;
        }
        try {
            loaded = loader.load(clock.time());
            loadedFiles = now;
            refusedFiles = null;
            listener.reloaded(loaded.description());
        } catch (IOException e) {
            if (!now.equals(refusedFiles)) {
                refusedFiles = now;
                listener.notReloaded(e);
            }
        }
    }
}
