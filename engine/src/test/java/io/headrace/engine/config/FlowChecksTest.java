package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.spi.ComponentRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found by looking at several components together. */
class FlowChecksTest {
    private static final Path FILE = Path.of("a.conf");

    private static final String HDFS = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1
            a1.sources.r1.type = exec
            a1.sources.r1.command = tail -F x
            a1.sources.r1.channels = c1
            a1.channels.c1.type = memory
            a1.sinks.k1.type = hdfs
            a1.sinks.k1.channel = c1
            a1.sinks.k1.hdfs.path = /logs/%Y/%m
            """;

    private static final String GROUP = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1 k2
            a1.sources.r1.type = seq
            a1.sources.r1.channels = c1
            a1.channels.c1.type = memory
            a1.sinks.k1.type = logger
            a1.sinks.k1.channel = c1
            a1.sinks.k2.type = null
            a1.sinks.k2.channel = c1
            a1.sinkgroups = g
            a1.sinkgroups.g.sinks = k1 k2
            a1.sinkgroups.g.processor.type = failover
            a1.sinkgroups.g.processor.priority.k2 = 1
            """;

    private static final String ENDS = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1
            a1.sources.r1.type = seq
            a1.sources.r1.channels = c1
            a1.channels.c1.type = memory
            a1.sinks.k1.type = avro
            a1.sinks.k1.channel = c1
            a1.sinks.k1.hostname = h
            a1.sinks.k1.port = 4141
            b1.sources = r1
            b1.channels = c1
            b1.sinks = k1
            b1.sources.r1.type = avro
            b1.sources.r1.channels = c1
            b1.sources.r1.bind = 0.0.0.0
            b1.sources.r1.port = 4141 # the same
            b1.channels.c1.type = memory
            b1.sinks.k1.type = logger
            b1.sinks.k1.channel = c1
            """;

    @Test
    void shouldWarnOfAPathThatNeedsATimeThatNoEventHas() {
        assertThat(told(HDFS, "hdfs.path"))
                .containsExactly(
                        "a.conf:10: warning: a1.sinks.k1.hdfs.path: /logs/%Y/%m: %Y needs the header timestamp,"
                                + " which source r1 does not set (expected: a1.sinks.k1.hdfs.useLocalTimeStamp = true, or an"
                                + " interceptor timestamp at source r1)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a1.sinks.k1.hdfs.useLocalTimeStamp = true # yes
            a1.sources.r1.interceptors = i;a1.sources.r1.interceptors.i.type = timestamp
            a1.sources.r1.interceptors = i;a1.sources.r1.interceptors.i.type = org.apache.flume.interceptor.TimestampInterceptor$Builder
            a1.sources.r1.interceptors = i;a1.sources.r1.interceptors.i.type = regex_extractor;a1.sources.r1.interceptors.i.regex = x;a1.sources.r1.interceptors.i.serializers = s;a1.sources.r1.interceptors.i.serializers.s.name = timestamp
            a1.sources.r1.type = syslogtcp
            a1.sinks.k1.hdfs.path = /logs/%{Year}/%{host}
            """)
    void shouldNotWarnWhereEventsHaveTheirTime(String lines) {
        assertThat(told(HDFS + lines.replace(';', '\n'), "hdfs.path: ")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a1.sources.r1.interceptors = i;a1.sources.r1.interceptors.i.type = host
            a1.sources.r1.interceptors = i;a1.sources.r1.interceptors.i.type = timestamp;a1.sources.r1.interceptors.i.headerName = time
            a1.sinks.k1.hdfs.path = /logs;a1.sinks.k1.hdfs.filePrefix = x-%H
            a1.sinks.k1.hdfs.useLocalTimeStamp = false
            """)
    void shouldWarnWhereAnotherHeaderIsSet(String lines) {
        assertThat(told(HDFS + lines.replace(';', '\n'), "needs the header timestamp"))
                .singleElement()
                .asString()
                .contains(" warning: ");
    }

    @Test
    void shouldOnlyNoteWhatTheSendersDecide() {
        assertThat(told(HDFS + "a1.sources.r1.type = avro", "hdfs.path"))
                .singleElement()
                .asString()
                .startsWith("a.conf:10: note: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            b1.sources.r1.compression-type = deflate|a.conf:7: warning: a1.sinks.k1.compression-type: none, the default (expected: deflate, as b1.sources.r1.compression-type, line 21; Headrace understands it all the same, Flume does not)
            a1.sinks.k1.compression-type = deflate;b1.sources.r1.strictCompression = true|a.conf:21: warning: a1.sinks.k1.compression-type: deflate (expected: none, as b1.sources.r1.compression-type by default, line 14; strictCompression = true refuses it)
            a1.sinks.k1.compression-type = deflate # zip|a.conf:21: warning: a1.sinks.k1.compression-type: deflate (expected: none, as b1.sources.r1.compression-type by default, line 14; Headrace understands it all the same, Flume does not)
            b1.sources.r1.type = link|a.conf:7: warning: a1.sinks.k1.type: avro (expected: link, as b1.sources.r1.type, line 21, which listens on the same port)
            """)
    void shouldWarnOfEndsThatCannotTalk(String line, String warning) {
        for (String agent : List.of("a1", "b1")) {
            assertThat(read(ENDS + line.replace(';', '\n'), agent)).containsOnlyOnce(warning);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a1.sinks.k1.compression-type = deflate;b1.sources.r1.compression-type = DEFLATE
            a1.sinks.k1.port = 4142;b1.sources.r1.compression-type = deflate
            a1.sinks.k1.port = ${PORT:-4141};b1.sources.r1.compression-type = deflate
            c1.sources.r1.type = avro;c1.sources.r1.port = 4141;b1.sources.r1.compression-type = deflate
            """)
    void shouldNotCompareEndsThatMayBelongToOthers(String lines) {
        assertThat(read(ENDS + lines.replace(';', '\n'), "a1")).noneMatch(line -> line.contains("compression-type: "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            processor.priority.k1 = 100 # first|a.conf:15: warning: a1.sinkgroups.g.processor.priority.k1: 100 # first: read as 100 (expected: comments on lines of their own)
            processor.priority.k1 = high|a.conf:15: error: a1.sinkgroups.g.processor.priority.k1: high (expected: a whole number)
            processor.priority.k1 = 1|a.conf:15: error: a1.sinkgroups.g.processor.priority.k1: 1: is the priority of k2 (expected: each number once, the largest works first)
            sink = k1;processor.priority.k1 = 2|a.conf:15: warning: a1.sinkgroups.g.sink: unknown key (did you mean sinks?)
            processor.sinks = k1 k2;processor.priority.k1 = 2|a.conf:15: warning: a1.sinkgroups.g.processor.sinks: unknown key (expected: no such line; the group's own key sinks names them)
            processor.maxpenalty = 30000 # ms;processor.priority.k1 = 2|a.conf:15: warning: a1.sinkgroups.g.processor.maxpenalty: 30000 # ms: read as 30000 (expected: comments on lines of their own)
            processor.maxpenalty = -1;processor.priority.k1 = 2|a.conf:15: error: a1.sinkgroups.g.processor.maxpenalty: -1 (expected: a whole number of ms >= 0)
            processor.maxPenalty = 30000;processor.priority.k1 = 2|a.conf:15: warning: a1.sinkgroups.g.processor.maxPenalty: unknown key (expected: maxpenalty)
            processor.backoff = true;processor.priority.k1 = 2|a.conf:15: warning: a1.sinkgroups.g.processor.backoff: unknown key (expected: no such line; failover always pauses for a failed sink, processor.maxpenalty at most; load_balance has this key)
            processor.maxpenalty = 1000|a.conf:13: warning: a1.sinkgroups.g.processor.priority: none for k1, which come after all that have one, in the order of the group (expected: a1.sinkgroups.g.processor.priority.k1 = a whole number)
            """)
    void shouldCheckFailover(String lines, String told) {
        assertThat(read(GROUP + "a1.sinkgroups.g." + lines.replace(";", "\na1.sinkgroups.g."), "a1"))
                .containsExactly(told);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            byteCapacity = 1000|a.conf:15: warning: a1.channels.c1.byteCapacity: 1000 (expected: >= frameBytes 196608; with less, frames wait until those before them have left memory)
            byteCapacity = 32k;frameBytes = 64k|a.conf:15: warning: a1.channels.c1.byteCapacity: 32768 (expected: >= frameBytes 65536; with less, frames wait until those before them have left memory)
            byteCapacity = 192k|
            byteCapacity = 0|
            """)
    void shouldWarnOfMemoryThatHasNoRoomForAFrame(String lines, String told) {
        List<String> found = read(
                GROUP + "a1.channels.c1." + lines.replace(";", "\na1.channels.c1.")
                        + "\na1.sinkgroups.g.processor.priority.k1 = 2\n",
                "a1");
        // 0, all that is left, has a warning of its own.
        assertThat(found)
                .filteredOn(problem -> problem.contains("frameBytes"))
                .isEqualTo(told == null ? List.of() : List.of(told));
    }

    @Test
    void shouldNameASinkThatIsNotOfTheGroup() {
        assertThat(read(
                        GROUP + "a1.sinkgroups.g.processor.priority.k1 = 2\n"
                                + "a1.sinkgroups.g.processor.priority.k3 = 7\n",
                        "a1"))
                .containsExactly("a.conf:16: warning: a1.sinkgroups.g.processor.priority.k3: no sink of this group"
                        + " (did you mean k1?)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            processor.selector = round_robin|
            processor.selector = RANDOM|
            processor.selector = hash;processor.selector.header = user|
            processor.backoff = true;processor.selector.maxTimeOut = 10000|
            processor.selector = round-robin|a.conf:14: error: a1.sinkgroups.g.processor.selector: round-robin (expected: one of round_robin, random, hash, a class name; did you mean round_robin?)
            processor.selector = com.example.Mine|a.conf:14: error: a1.sinkgroups.g.processor.selector: com.example.Mine (expected: one of round_robin, random, hash, a class name; no such class, there are no plug-ins to look into, see --plugins-path)
            processor.selector.header = user|a.conf:14: warning: a1.sinkgroups.g.processor.selector.header: not read (expected: with processor.selector = hash only)
            processor.maxpenalty = 30|a.conf:14: warning: a1.sinkgroups.g.processor.maxpenalty: unknown key (expected: selector.maxTimeOut; maxpenalty is a key of failover)
            """)
    void shouldCheckLoadBalancing(String lines, String told) {
        List<String> found = read(
                GROUP.replace("processor.type = failover", "processor.type = load_balance")
                                .replace("a1.sinkgroups.g.processor.priority.k2 = 1\n", "")
                        + "a1.sinkgroups.g."
                        + lines.replace(";", "\na1.sinkgroups.g."),
                "a1");
        assertThat(found).isEqualTo(told == null ? List.of() : List.of(told));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a1.sinkgroups = g h;a1.sinkgroups.h.sinks = k2;a1.sinkgroups.h.processor.type = default|a1.sinkgroups.h.sinks: k2: is in group g (expected: each sink in one group)
            a1.channels = c1 c2;a1.channels.c2.type = memory;a1.sources.r1.channels = c1 c2;a1.sinks.k2.channel = c2|a1.sinkgroups.g.sinks: k2: takes from channel c2 (expected: channel c1, as k1; the sinks of a group share a channel)
            """)
    void shouldRefuseGroupsThatCannotBe(String lines, String told) {
        StringBuilder text = new StringBuilder(GROUP);
        for (String line : lines.split(";")) {
            String key = line.substring(0, line.indexOf(" ="));
            int at = text.indexOf(key + " =");
            if (at >= 0) {
                text.replace(at, text.indexOf("\n", at), line);
            } else {
                text.append(line).append('\n');
            }
        }
        assertThat(read(text.toString(), "a1")).anyMatch(line -> line.contains("error: " + told));
    }

    @Test
    void shouldWarnOfSinksThatKeepTokensInAHashedGroup() {
        assertThat(read(
                        GROUP.replace("k1.type = logger", "k1.type = file_roll\na1.sinks.k1.sink.directory = /tmp/x")
                                .replace("type = failover", "type = load_balance")
                                .replace("processor.priority.k2 = 1", "processor.selector = hash"),
                        "a1"))
                .containsExactly("a.conf:15: warning: a1.sinkgroups.g.processor.selector: hash: after a kill what was"
                        + " under way comes twice to k1 (expected: sinks link, which drop it, or another selector)");
    }

    @Test
    void shouldLetSinksOfAGroupShareAChannel() {
        assertThat(read(GROUP, "a1")).noneMatch(problem -> problem.contains("share it"));
        assertThat(read(GROUP.replace("g.sinks = k1 k2", "g.sinks = k1"), "a1"))
                .anyMatch(
                        problem -> problem.contains("a1.sinks.k2.channel: c1: sinks k1 (logger), k2 (null) share it"));
    }

    @Test
    void shouldLeaveTheGroupOutWhenLenient() {
        ConfigurationReport report =
                loader(true).readText(FILE, GROUP + "a1.sinkgroups.g.processor.priority.k1 = high\n", "a1");

        assertThat(report.errors()).isEmpty();
        assertThat(report.orThrow().sinks()).hasSize(2);
        assertThat(report.orThrow().groups()).isEmpty();
        assertThat(report.warnings())
                .extracting(ConfigurationProblem::message)
                .anyMatch(message -> message.endsWith("; sinkgroup g is left out"));
    }

    @Test
    void shouldKeepTheGroupOfTheSinksThatAreLeftWhenLenient() {
        ConfigurationReport report =
                loader(true).readText(FILE, GROUP.replace("k1.type = logger", "k1.type = hdfs"), "a1");

        assertThat(report.orThrow().groups()).singleElement().satisfies(group -> assertThat(group.sinks())
                .containsExactly("k2"));
    }

    @Test
    void shouldTellWhatHangsOnWhatIsLeftOut() {
        ConfigurationReport report = loader(true).readText(FILE, """
                        a1.sources = r1
                        a1.channels = c1 c2
                        a1.sinks = k1 k2
                        a1.sources.r1.type = seq
                        a1.sources.r1.channels = c1 c2
                        a1.channels.c1.type = memory
                        a1.channels.c2.type = jdbc
                        a1.sinks.k1.type = logger
                        a1.sinks.k1.channel = c1
                        a1.sinks.k2.type = logger
                        a1.sinks.k2.channel = c2
                        """, "a1");

        assertThat(report.orThrow().sources().get(0).channels()).containsExactly("c1");
        assertThat(report.orThrow().sinks()).hasSize(1);
        assertThat(report.problems())
                .extracting(ConfigurationProblem::describe)
                .containsExactly(
                        "a.conf:4: warning: a1.sources.r1.channels: c2: left out (expected: a channel without errors)",
                        "a.conf:7: warning: a1.channels.c2.type: jdbc (expected: file, which keeps events in a log on"
                                + " disk; this version has no channel jdbc); channel c2 is left out",
                        "a.conf:10: warning: a1.sinks.k2.channel: c2: left out, and sink k2 with it (expected: a channel"
                                + " without errors)");
    }

    private static List<String> told(String text, String about) {
        return read(text, "a1").stream().filter(line -> line.contains(about)).toList();
    }

    private static List<String> read(String text, String agent) {
        return loader(false).readText(FILE, text, agent).problems().stream()
                .map(ConfigurationProblem::describe)
                .filter(problem -> !problem.contains("replaces the value in line"))
                .toList();
    }

    private static ConfigurationLoader loader(boolean lenient) {
        return new ConfigurationLoader(
                ComponentRegistry.load(), Map.<String, String>of()::get, Map.<String, String>of()::get, lenient);
    }
}
