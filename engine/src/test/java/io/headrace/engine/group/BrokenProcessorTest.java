package io.headrace.engine.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.spi.SinkProcessor;
import io.headrace.engine.spi.SinkSharing;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The contract must notice processors that are broken on purpose. */
class BrokenProcessorTest {
    /** Does what a failover does, but for what a test takes out of it. */
    private abstract static class Twin implements SinkProcessor {
        List<Member> members = List.of();

        @Override
        public void join(List<Member> joining) {
            members = joining;
        }

        void only(Member chosen) {
            members.forEach(member -> member.setActive(member == chosen));
        }

        Member firstHealthy() {
            return members.stream().filter(Member::isHealthy).findFirst().orElse(members.get(0));
        }
    }

    private static final class Sticky extends Twin {
        @Override
        public void update() {
            only(members.get(0));
        }
    }

    private static final class Everybody extends Twin {
        @Override
        public void update() {
            members.forEach(member -> member.setActive(true));
        }
    }

    private static final class Hasty extends Twin {
        @Override
        public void update() {
            only(firstHealthy());
        }
    }

    private static final class NeverBack extends Twin {
        private Member current;

        @Override
        public void update() {
            if (current == null || !current.isHealthy()) {
                current = firstHealthy();
            }
            only(current);
        }
    }

    private static final class Upwards extends Twin {
        @Override
        public void update() {
            only(members.stream()
                    .filter(Member::isHealthy)
                    .reduce((one, other) -> other)
                    .orElse(members.get(0)));
        }
    }

    /** Takes a hash that is not the same twice. */
    private static final class Forgetful extends Twin {
        private final SplittableRandom random = new SplittableRandom(1);

        @Override
        public void update() {
            members.forEach(member -> member.setActive(true));
        }

        @Override
        public SinkSharing sharing() {
            return new SinkSharing.ByHash(event -> random.nextLong(), "forgetful");
        }
    }

    @Test
    void shouldPassTheSoundOnes() {
        FailoverProcessorTest sound = new FailoverProcessorTest();
        run(sound.settings(), sound::processor, FailoverProcessorTest::onlyTheFirstWorks);
        run(sound.settings(), sound::processor, FailoverProcessorTest::goesDownInOrder);
        run(sound.settings(), sound::processor, FailoverProcessorTest::returnsAfterThePause);
        run(sound.settings(), sound::processor, FailoverProcessorTest::keepsOrder);
    }

    @Test
    void shouldNoticeOneThatSticksToAFailedSink() {
        shouldNotice(context -> new Sticky(), FailoverProcessorTest::goesDownInOrder);
    }

    @Test
    void shouldNoticeOneThatLetsAllWork() {
        shouldNotice(context -> new Everybody(), FailoverProcessorTest::onlyTheFirstWorks);
    }

    @Test
    void shouldNoticeOneThatReturnsAtOnce() {
        shouldNotice(context -> new Hasty(), FailoverProcessorTest::returnsAfterThePause);
        shouldNotice(context -> new Hasty(), FailoverProcessorTest::keepsOrder);
    }

    @Test
    void shouldNoticeOneThatNeverReturns() {
        shouldNotice(context -> new NeverBack(), FailoverProcessorTest::returnsAfterThePause);
    }

    @Test
    void shouldNoticeOneThatTurnsPrioritiesRound() {
        shouldNotice(context -> new Upwards(), FailoverProcessorTest::onlyTheFirstWorks);
    }

    @Test
    void shouldNoticeOneThatUsesOneSinkOnly() {
        shouldNotice(context -> new Sticky(), LoadBalanceProcessorTest::usesAll);
    }

    @Test
    void shouldNoticeAHashThatForgets() {
        shouldNotice(context -> new Forgetful(), HashBalanceTest::equalEventsMeet);
    }

    private static void shouldNotice(Function<GroupContext, SinkProcessor> twin, Consumer<GroupRig> clause) {
        assertThatThrownBy(() -> run(Map.of(), twin, clause)).isInstanceOf(AssertionError.class);
    }

    private static void run(
            Map<String, String> settings, Function<GroupContext, SinkProcessor> made, Consumer<GroupRig> clause) {
        try (GroupRig rig = new GroupRig(settings, made)) {
            assertThat(rig.sinks).hasSize(3);
            clause.accept(rig);
        }
    }
}
