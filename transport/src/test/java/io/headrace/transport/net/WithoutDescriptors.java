package io.headrace.transport.net;

import io.headrace.transport.EventLoops;
import io.netty.channel.EventLoop;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process whose files are few: it opens all that are left, dials twice, closes some, and dials again. What the sender is
 * told, and whether on its loop, goes to standard output.
 */
final class WithoutDescriptors {
    /** What its lines begin with. */
    static final String PREFIX = "told: ";

    private static final long LONG_SECONDS = 20;
    private static final int GIVEN_BACK = 16;

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final EventLoop loop;

    private WithoutDescriptors(EventLoop loop) {
        this.loop = loop;
    }

    /** @param arguments the port that somebody listens at, and one where nobody does */
    public static void main(String[] arguments) throws Exception {
        Deque<Closeable> open = new ArrayDeque<>();
        try (EventLoops loops = new EventLoops(1)) {
            WithoutDescriptors sender = new WithoutDescriptors(loops.next());
            SocketDialer dialer = sender.dialer(loops, Integer.parseInt(arguments[0]));
            // Classes that stand in folders need a descriptor when they are used first.
            sender.dial(sender.dialer(loops, Integer.parseInt(arguments[1])));
            sender.dial(dialer);
            openAll(open);
            sender.dial(dialer);
            sender.dial(dialer);
            for (int i = 0; i < GIVEN_BACK; i++) {
                open.pop().close();
            }
            sender.dial(dialer);
        } finally {
            for (Closeable file : open) {
                file.close();
            }
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

    private static void openAll(Deque<Closeable> open) {
        try {
            while (true) {
                open.push(new FileInputStream("/dev/null"));
            }
        } catch (FileNotFoundException e) {
            say("after that: " + e.getMessage());
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
