package io.headrace.transport.net;

import io.headrace.transport.EventLoops;
import io.netty.channel.EventLoop;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process that dials twice, then twice where it may open no file, and again where it may. What the sender is told, and
 * whether on its loop, goes to standard output; who started it sets the limit where it waits, and then sends a byte. Files
 * of its own in place of a limit would not do: what another thread held for a moment would be there for the next dial.
 */
final class WithoutDescriptors {
    /** What its lines begin with. */
    static final String PREFIX = "told: ";

    private static final long LONG_SECONDS = 20;

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final EventLoop loop;

    private WithoutDescriptors(EventLoop loop) {
        this.loop = loop;
    }

    /** @param arguments the port that somebody listens at, and one where nobody does */
    public static void main(String[] arguments) throws Exception {
        try (EventLoops loops = new EventLoops(1)) {
            WithoutDescriptors sender = new WithoutDescriptors(loops.next());
            SocketDialer dialer = sender.dialer(loops, Integer.parseInt(arguments[0]));
            // Classes that stand in folders need a descriptor when they are used first.
            sender.dial(sender.dialer(loops, Integer.parseInt(arguments[1])));
            sender.dial(dialer);
            awaitLimit();
            sayWhetherFilesOpen();
            sender.dial(dialer);
            sender.dial(dialer);
            awaitLimit();
            sender.dial(dialer);
        }
    }

    private SocketDialer dialer(EventLoops loops, int port) {
        SocketDialer dialer = new SocketDialer(
                loops,
                loop,
                new DialTarget("127.0.0.1", port, 5_000, false, CongestionControl.AUTO),
                channel -> {},
                address -> null,
                () -> {},
                () -> {});
        dialer.attach(new ToldOnLoop(loop, told));
        return dialer;
    }

    private static void awaitLimit() throws IOException {
        if (System.in.read() < 0) {
            throw new IOException("nobody sets a limit any more");
        }
    }

    private static void sayWhetherFilesOpen() throws IOException {
        try (FileInputStream file = new FileInputStream("/dev/null")) {
            say("opened " + file.getFD());
        } catch (FileNotFoundException e) {
            say(e.getMessage());
        }
    }

    private void dial(SocketDialer dialer) throws InterruptedException {
        loop.execute(dialer::dial);
        say(told.poll(LONG_SECONDS, TimeUnit.SECONDS));
    }

    private static void say(String what) {
        System.out.println(PREFIX + what);
    }
}
