package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationLoaderTest {
    private static final Path FILE = Path.of("a.conf");

    private static final String SOUND = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1
            a1.sources.r1.type = lines
            a1.sources.r1.channels = c1
            a1.channels.c1.type = buffer
            a1.sinks.k1.type = drain
            a1.sinks.k1.channel = c1
            """;

    record LineSettings(
            @Setting(key = "batchSize", byDefault = "100", min = 1, doc = "Events.")
            int batchSize,

            @Setting(key = "path", byDefault = "/tmp/x", doc = "File.")
            String path,

            @Setting(key = "password", doc = "Secret.") Optional<String> password) {}

    record DrainSettings(
            @Setting(key = "sink.batchSize", byDefault = "100", min = 1, doc = "Events.")
            int batchSize) {}

    record BufferSettings(
            @Setting(key = "capacity", byDefault = "100", min = 1, doc = "Events.")
            int capacity,

            @Setting(key = "transactionCapacity", byDefault = "100", min = 1, doc = "Events.")
            int transactionCapacity) {}

    record Lines() implements ComponentProvider.OfSource {
        @Override
        public String alias() {
            return "lines";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.example.Lines");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return LineSettings.class;
        }

        @Override
        public String summary() {
            return "lines";
        }

        @Override
        public Source create(SourceContext context) {
            throw new IllegalStateException("created (expected: only read)");
        }
    }

    record Drain(String alias) implements ComponentProvider.OfSink {
        @Override
        public Class<? extends Record> settingsType() {
            return DrainSettings.class;
        }

        @Override
        public String summary() {
            return "drain";
        }

        @Override
        public Sink create(SinkContext context) {
            throw new IllegalStateException("created (expected: only read)");
        }
    }

    record Buffer() implements ComponentProvider.OfChannel {
        @Override
        public String alias() {
            return "buffer";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return BufferSettings.class;
        }

        @Override
        public String summary() {
            return "buffer";
        }

        @Override
        public ChannelSettings settings(ComponentContext context) {
            throw new IllegalStateException("opened (expected: only read)");
        }
    }

    private final ComponentRegistry registry = ComponentRegistry.of(
                    ComponentRegistry.load().all(ComponentProvider.OfInterceptor.class))
            .with(ComponentRegistry.load()
                    .all(ComponentProvider.OfSelector.class)
                    .toArray(ComponentProvider[]::new))
            .with(ComponentRegistry.load()
                    .all(ComponentProvider.OfSinkProcessor.class)
                    .toArray(ComponentProvider[]::new))
            .with(new Lines(), new Drain("drain"), new Drain("other"), new Buffer());

    @Test
    void shouldReadAnAgent() {
        ConfigurationReport report = read(SOUND);

        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings()).isEmpty();
        AgentConfiguration agent = report.orThrow();
        assertThat(agent.name()).isEqualTo("a1");
        assertThat(agent.sources()).hasSize(1);
        assertThat(agent.sources().get(0).channels()).containsExactly("c1");
        assertThat(agent.sources().get(0).selector().type().value()).isEqualTo("replicating");
        assertThat(agent.sinks().get(0).channel()).isEqualTo("c1");
        assertThat(agent.channels().get(0).name()).isEqualTo("c1");
    }

    @Test
    void shouldFindTypesByClassNameAndWithoutCase() {
        assertThat(read(SOUND.replace("= lines", "= org.example.Lines").replace("= drain", "= DRAIN"))
                        .errors())
                .isEmpty();
    }

    @Test
    void shouldTellEffectiveSettingsWithoutSecrets() {
        AgentConfiguration agent = read(SOUND + "a1.sources.r1.password = hunter2\na1.channels.c1.capacity = 200")
                .orThrow();

        assertThat(agent.effective())
                .containsEntry("a1.sources.r1.batchSize", "100")
                .containsEntry("a1.sources.r1.password", "***")
                .containsEntry("a1.channels.c1.capacity", "200")
                .containsEntry("a1.sinks.k1.type", "drain");
    }

    @Test
    void shouldNotHoldADefaultBatchAgainstACapacity() {
        ConfigurationReport report = read(SOUND + "a1.channels.c1.transactionCapacity = 2");

        assertThat(report.errors()).isEmpty();
        assertThat(report.isUsable()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a1.sources.r1.type = lnies|a.conf:9: a1.sources.r1.type: lnies (expected: one of lines; did you mean lines?)
            a1.sinks.k1.type = files|a.conf:9: a1.sinks.k1.type: files (expected: one of drain, other)
            a1.sinks.k1.type = hdsf|a.conf:9: a1.sinks.k1.type: hdsf (expected: one of drain, other; did you mean hdfs?)
            a1.sinks.k1.type = lines|a.conf:9: a1.sinks.k1.type: lines (expected: one of drain, other; lines is a source)
            a1.sinks.k1.type = logger|a.conf:9: a1.sinks.k1.type: logger (expected: one of drain, other)
            a1.sinks.k1.channel = c1 c2|a.conf:9: a1.sinks.k1.channel: c1 c2 (expected: one channel; a sink takes from one)
            a1.sources.r1.type =|a.conf:9: a1.sources.r1.type: empty (expected: one of lines)
            a1.sources.r1.channels =|a.conf:9: a1.sources.r1.channels: empty (expected: names of channels)
            a1.sources.r1.channels = c2|a.conf:9: a1.sources.r1.channels: c2: no such channel (did you mean c1?)
            a1.sinks.k1.channel = zebra|a.conf:9: a1.sinks.k1.channel: zebra: no such channel (expected: one of c1)
            a1.sources = r1 r2|a.conf:9: a1.sources: r2: not configured (expected: a1.sources.r2.type = one of lines)
            a1.sources.r1.batchSize = ten|a.conf:9: a1.sources.r1.batchSize: ten (expected: a whole number >= 1)
            a1.sources.r1.batchSize = 101|a.conf:9: a1.sources.r1.batchSize: 101 (expected: <= a1.channels.c1.transactionCapacity 100, the default)
            a1.sinks.k1.sink.batchSize = 101|a.conf:9: a1.sinks.k1.sink.batchSize: 101 (expected: <= a1.channels.c1.transactionCapacity 100, the default)
            a1.channels.c1.encryption.activeKey = k|a.conf:9: a1.channels.c1.encryption.activeKey: a log is not encrypted by the channel (expected: no encryption.* keys; encrypt the file system)
            a1.sources.r1.path = ${env:NONE}/x|a.conf:9: a1.sources.r1.path: ${env:NONE} (expected: the environment variable NONE, or a default as in ${env:NONE:-default})
            a1.sources.r1.path = ${sys:none}|a.conf:9: a1.sources.r1.path: ${sys:none} (expected: the system property none, or a default as in ${sys:none:-default})
            a1.sources.r1.path = ${a1.sources.r1.pth}|a.conf:9: a1.sources.r1.path: ${a1.sources.r1.pth} (expected: env:NAME, sys:NAME or a key of the configuration, $${ for a plain ${; did you mean a1.sources.r1.path?)
            a1.sources.r1.path = ${a1.sources.r1.path}|a.conf:9: a1.sources.r1.path: ${a1.sources.r1.path} (expected: a key that does not lead back to itself, not a1.sources.r1.path -> a1.sources.r1.path)
            a1.sources.r1.path = ${open|a.conf:9: a1.sources.r1.path: ${open (expected: } after ${, or $${ for a plain ${)
            a1.sources.r1.interceptors = i1|a.conf:9: a1.sources.r1.interceptors.i1.type: missing (expected: one of host, static, timestamp)
            a1.sources.r1.selector.type = random|a.conf:9: a1.sources.r1.selector.type: random (expected: one of load_balancing, multiplexing, replicating)
            a1.sources.r1.selector.optional = c9|a.conf:9: a1.sources.r1.selector.optional: c9: no channel of this source (did you mean c1?)
            a1.configfilters = f|a.conf:9: a1.configfilters: f (expected: ${env:NAME} or ${sys:NAME}; there are no configuration filters)
            """)
    void shouldSayWhatIsWrong(String line, String error) {
        ConfigurationReport report = read(SOUND + line);

        assertThat(report.errors()).extracting(ConfigurationProblem::toString).containsExactly(error);
        assertThat(report.configuration()).isNull();
        assertThat(report.isUsable()).isFalse();
        assertThatThrownBy(report::orThrow)
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a1.sources.r1.batchsize = 5|a.conf:9: a1.sources.r1.batchsize: unknown key (did you mean batchSize?)
            a1.sources.r1.batchSize = 5 # few|a.conf:9: a1.sources.r1.batchSize: 5 # few: read as 5 (expected: comments on lines of their own)
            a1.sources.r1.path = /x # here|a.conf:9: a1.sources.r1.path: /x # here: what follows # is part of the value (expected: comments on lines of their own)
            a1.sinks.k2.type = drain|a.conf:9: a1.sinks.k2.type: not read (expected: k2 in a1.sinks)
            a1.sink.k1.channel = c1|a.conf:9: a1.sink.k1.channel: unknown key (did you mean sinks?)
            a1.sinks.k1 = c1|a.conf:9: a1.sinks.k1: not read (expected: a1.sinks.k1.KEY = VALUE)
            garbage line|a.conf:9: garbage: not read (expected: AGENT.KEY = VALUE, or a backslash at the end of the line before)
            al.sinks.k1.channel = c1|a.conf:9: al.sinks.k1.channel: not read, no agent is called al (did you mean a1?)
            a1.sources.r1.interceptors.i1.type = host|a.conf:9: a1.sources.r1.interceptors.i1.type: not read (expected: i1 in a1.sources.r1.interceptors)
            a1.sources = r1 r1|a.conf:9: a1.sources: r1 twice (expected: each name once)
            a1.sources = r1 # main|a.conf:9: a1.sources: r1 # main: read as r1 (expected: comments on lines of their own)
            """)
    void shouldWarnOfWhatFlumeIgnores(String line, String warning) {
        ConfigurationReport report = read(SOUND + line);

        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings())
                .extracting(ConfigurationProblem::toString)
                .filteredOn(message -> !message.contains("replaces the value in line"))
                .containsExactly(warning);
    }

    @Test
    void shouldWarnOfAKeyWrittenTwice() {
        assertThat(read(SOUND + "a1.sinks.k1.channel = c1").warnings())
                .extracting(ConfigurationProblem::toString)
                .containsExactly("a.conf:9: a1.sinks.k1.channel: c1: replaces the value in line 8"
                        + " (expected: each key once)");
    }

    @Test
    void shouldReportEverythingAtOnceInOrderOfLines() {
        ConfigurationReport report = read("""
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.sinks.k1.type = drian
                a1.sinks.k1.channel = c1
                a1.channels.c1.type = buffer
                a1.channels.c1.capacity = 0
                a1.sources.r1.batchSize = x
                a1.sources.r1.type = lines
                a1.sources.r1.channels = c1
                """);

        assertThat(report.errors()).extracting(ConfigurationProblem::line).containsExactly(4, 7, 8);
    }

    @Test
    void shouldNameTheAgentsThatThereAre() {
        ConfigurationReport report = loader(false).readText(FILE, SOUND + "b.channels = c", "collector");

        assertThat(report.errors())
                .extracting(ConfigurationProblem::toString)
                .containsExactly("agent: collector (expected: one of a1, b in a.conf)");
    }

    @Test
    void shouldSayThatThereIsNoAgent() {
        assertThat(loader(false).readText(FILE, "x = y", "a1").errors())
                .extracting(ConfigurationProblem::toString)
                .containsExactly(
                        "agent: a1 (expected: an agent with sources, channels or sinks; there is none" + " in a.conf)");
    }

    @Test
    void shouldNotWarnOfKeysThatOthersReferTo() {
        assertThat(read(SOUND + "home = /var\nlogs = ${home}/log\na1.sources.r1.path = ${logs:-/tmp}\n")
                        .warnings())
                .isEmpty();
    }

    @Test
    void shouldAskForChannels() {
        ConfigurationReport report = read("a1.sources = r1\na1.sinks = k1\na1.sources.r1.type = lines\n"
                + "a1.sinks.k1.type = drain\na1.sinks.k1.channels = c1");

        assertThat(report.errors())
                .extracting(ConfigurationProblem::toString)
                .containsExactly(
                        "a.conf:3: a1.sources.r1.channels: missing (expected: names of channels)",
                        "a.conf:5: a1.sinks.k1.channel: missing"
                                + " (expected: the name of a channel under this key, not under channels)");
    }

    @Test
    void shouldWarnWhereSinksCompete() {
        ConfigurationReport report = read(SOUND.replace("a1.sinks = k1", "a1.sinks = k1 k2")
                + "a1.sinks.k2.type = other\na1.sinks.k2.channel = c1");

        assertThat(report.warnings())
                .extracting(ConfigurationProblem::toString)
                .containsExactly("a.conf:10: a1.sinks.k2.channel: c1: sinks k1 (drain), k2 (other) share it, so each"
                        + " event goes to one of them (expected, where all are to get all: a channel of its own,"
                        + " named in a1.sources.r1.channels beside c1)");
    }

    @Test
    void shouldWarnOfChannelsWithoutSourceOrSink() {
        ConfigurationReport report =
                read(SOUND.replace("a1.channels = c1", "a1.channels = c1 c2") + "a1.channels.c2.type = buffer");

        assertThat(report.warnings())
                .extracting(ConfigurationProblem::message)
                .containsExactly(
                        "channel c2: no source (expected: a source that names it)",
                        "channel c2: no sink, it fills up and holds its sources (expected: a sink that names it)");
    }

    @Test
    void shouldWarnWhereEventsGoNowhere() {
        String selector = "a1.sources.r1.selector.type = multiplexing\na1.sources.r1.selector.mapping.x = c1\n";

        assertThat(read(SOUND + selector).warnings())
                .extracting(ConfigurationProblem::message)
                .containsExactly("a1.sources.r1.selector.type: multiplexing: events that no mapping is for are dropped"
                        + " (expected: a1.sources.r1.selector.default = channels, one of type null where they are to be"
                        + " dropped)");
        assertThat(read(SOUND + selector + "a1.sources.r1.selector.default = c1")
                        .warnings())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a1.sources.r1.selector.optional = c2|then gets nothing more
            a1.sources.r1.selector.optional = c1|holds its sources
            a1.sources.r1.selector.type = load_balancing|holds its sources
            """)
    void shouldSayWhomAChannelWithoutSinkHolds(String selector, String consequence) {
        ConfigurationReport report = read(SOUND.replace("a1.channels = c1", "a1.channels = c1 c2")
                        .replace("r1.channels = c1", "r1.channels = c1 c2")
                + "a1.channels.c2.type = buffer\n" + selector);

        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings())
                .extracting(ConfigurationProblem::message)
                .containsExactly(
                        "channel c2: no sink, it fills up and " + consequence + " (expected: a sink that names it)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            k1|Load_Balance|a.conf:10: a1.sinkgroups.g.sinks: k1 (expected: two sinks or more with the processor load_balance)
            k1|mine|a.conf:11: a1.sinkgroups.g.processor.type: mine (expected: one of default, failover, load_balance)
            k1 k9|default|a.conf:10: a1.sinkgroups.g.sinks: k9: no such sink (did you mean k1?)
            """)
    void shouldRefuseSinkGroupsThatItCannotRun(String sinks, String processor, String error) {
        ConfigurationReport report = read(SOUND + "a1.sinkgroups = g\na1.sinkgroups.g.sinks = " + sinks
                + "\na1.sinkgroups.g.processor.type = " + processor);

        assertThat(report.errors()).extracting(ConfigurationProblem::toString).contains(error);
    }

    @Test
    void shouldTakeAGroupOfOneSink() {
        ConfigurationReport report =
                read(SOUND + "a1.sinkgroups = g\na1.sinkgroups.g.sinks = k1\na1.sinkgroups.g.processor.type = default");

        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings()).isEmpty();
    }

    @Test
    void shouldReplaceReferences() {
        AgentConfiguration agent = read("root = /data\n" + SOUND
                        + "a1.sources.r1.path = ${root}/${sys:app}/${env:HOST}-${env:X:-none}-$${y}\n"
                        + "a1.sources.r1.password = ${a1.sources.r1.path}")
                .orThrow();

        Map<String, ConfigValue> values = agent.sources().get(0).settings().values();
        assertThat(values.get("path").value()).isEqualTo("/data/shop/web1-none-${y}");
        assertThat(values.get("password").value()).isEqualTo("/data/shop/web1-none-${y}");
    }

    @Test
    void shouldReplaceKeysOfEarlierFiles(@TempDir Path folder) throws IOException {
        Path base = Files.writeString(folder.resolve("base.conf"), SOUND);
        Path local = Files.writeString(folder.resolve("local.conf"), "a1.sources.r1.batchSize = 7x");

        ConfigurationReport report = loader(false).read(List.of(base, local), "a1");

        assertThat(report.warnings()).isEmpty();
        assertThat(report.errors())
                .extracting(ConfigurationProblem::toString)
                .containsExactly(local + ":1: a1.sources.r1.batchSize: 7x (expected: a whole number >= 1)");
    }

    @Test
    void shouldNotSpeakOfAKeyThatALaterFileReplaces(@TempDir Path folder) throws IOException {
        Path base = Files.writeString(folder.resolve("base.conf"), SOUND + "a1.sources.r1.batchSize = wrong\n");
        Path site = Files.writeString(folder.resolve("site.conf"), "\na1.sources.r1.batchSize = 7");

        ConfigurationReport report = loader(false).read(List.of(base, site), "a1");

        assertThat(report.problems()).isEmpty();
        assertThat(report.orThrow().effective()).containsEntry("a1.sources.r1.batchSize", "7");
    }

    @Test
    void shouldTellProblemsInOrderOfFilesAndLines(@TempDir Path folder) throws IOException {
        Path last = Files.writeString(folder.resolve("a.conf"), "a1.sinks.k1.x = 1\na1.channels.c1.capacity = x");
        Path first = Files.writeString(folder.resolve("b.conf"), SOUND + "a1.sinks.k1.y = 1\na1.sinks.k1.y = 2");

        ConfigurationReport report = loader(false).read(List.of(first, last), "a1");

        assertThat(report.problems())
                .extracting(ConfigurationProblem::describe)
                .extracting(line -> line.substring(folder.toString().length() + 1))
                .containsExactly(
                        "b.conf:10: warning: a1.sinks.k1.y: 2: replaces the value in line 9 (expected: each key once)",
                        "b.conf:10: warning: a1.sinks.k1.y: unknown key (expected: one of sink.batchSize)",
                        "a.conf:1: warning: a1.sinks.k1.x: unknown key (expected: one of sink.batchSize)",
                        "a.conf:2: error: a1.channels.c1.capacity: x (expected: a whole number >= 1)");
    }

    @Test
    void shouldReadEachFileOnceForAllAgents(@TempDir Path folder) throws IOException {
        Path file =
                Files.writeString(folder.resolve("a.conf"), SOUND + SOUND.replace("a1.", "b1.") + "b1.sinks.k1.x = 1");

        List<ConfigurationReport> reports = loader(false).readAll(List.of(file));

        assertThat(reports).extracting(ConfigurationReport::agent).containsExactly("a1", "b1");
        assertThat(reports.get(0).isFlawless()).isTrue();
        assertThat(reports.get(1).isUsable()).isTrue();
        assertThat(reports.get(1).isFlawless()).isFalse();
        assertThat(loader(false).readAll(List.of(folder.resolve("none"))))
                .singleElement()
                .satisfies(report -> {
                    assertThat(report.isUsable()).isFalse();
                    assertThat(report.problems())
                            .extracting(ConfigurationProblem::describe)
                            .containsExactly(folder.resolve("none")
                                    + ": error: no such file (expected: a properties file that can be read)");
                });
    }

    @Test
    void shouldNameTheAgentThatWasProbablyMeant() {
        assertThat(loader(false)
                        .readText(FILE, SOUND.replace("a1.", "agent."), "agnet")
                        .errors())
                .extracting(ConfigurationProblem::toString)
                .containsExactly("agent: agnet (expected: one of agent in a.conf; did you mean agent?)");
    }

    @Test
    void shouldCompareTheBatchesOfAnyComponent() {
        ConfigurationReport report = read(SOUND + """
                a1.sources.r1.kafka.Batch_Size = 101
                a1.sources.r1.myBatchSize = 101 # events
                a1.sinks.k1.batch-size = 101
                a1.sinks.k1.sink.batchSize = 1000 # events
                a1.sinks.k1.batchSizeMillis = 101
                """);

        assertThat(report.errors())
                .extracting(ConfigurationProblem::describe)
                .containsExactly(
                        "a.conf:9: error: a1.sources.r1.kafka.Batch_Size: 101"
                                + " (expected: <= a1.channels.c1.transactionCapacity 100, the default)",
                        "a.conf:10: error: a1.sources.r1.myBatchSize: 101"
                                + " (expected: <= a1.channels.c1.transactionCapacity 100, the default)",
                        "a.conf:11: error: a1.sinks.k1.batch-size: 101"
                                + " (expected: <= a1.channels.c1.transactionCapacity 100, the default)",
                        "a.conf:12: error: a1.sinks.k1.sink.batchSize: 1000"
                                + " (expected: <= a1.channels.c1.transactionCapacity 100, the default)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            $${env:HOST}|${env:HOST}
            a$${x}b$${y}|a${x}b${y}
            $$${env:HOST}|$${env:HOST}
            100$|100$
            $HOST {x}|$HOST {x}
            ${env:HOST}${sys:app}|web1shop
            ${env:NONE:-}|-
            ${env:NONE:-a:-b}|a:-b
            ${env:NONE:-${sys:app}}|shop
            ${env:NONE:-${sys:none:-${env:HOST}}}/x|web1/x
            ${base:-none}|none
            """)
    void shouldReplaceReferencesAsCommonsTextDoes(String written, String read) {
        AgentConfiguration agent =
                read(SOUND + "a1.sources.r1.path = " + written + "-\n").orThrow();

        String value = agent.sources().get(0).settings().values().get("path").value();
        assertThat(value).isEqualTo(read.equals("-") ? "-" : read + "-");
    }

    @Test
    void shouldSuggestTheVariableWhereAnOldResolverWasUsed() {
        assertThat(read(SOUND + "a1.sources.r1.path = ${HOST}").errors())
                .singleElement()
                .hasToString("a.conf:9: a1.sources.r1.path: ${HOST} (expected: env:NAME, sys:NAME or a key of the"
                        + " configuration, $${ for a plain ${; did you mean ${env:HOST}?)");
    }

    @Test
    void shouldNameEveryFileThatCannotBeRead(@TempDir Path folder) {
        ConfigurationReport report =
                loader(false).read(List.of(folder.resolve("one.conf"), folder.resolve("two.conf")), "a1");

        assertThat(report.errors()).hasSize(2);
        assertThat(report.errors().get(1).toString()).contains("two.conf");
    }

    @Test
    void shouldReadSelectorAndInterceptors() {
        AgentConfiguration agent = read(SOUND + """
                        a1.sources.r1.interceptors = i1 i2
                        a1.sources.r1.interceptors.i1.type = host
                        a1.sources.r1.interceptors.i1.useIP = false
                        a1.sources.r1.interceptors.i2.type = org.apache.flume.interceptor.StaticInterceptor$Builder
                        a1.sources.r1.selector.type = multiplexing
                        a1.sources.r1.selector.header = state
                        a1.sources.r1.selector.mapping.CZ = c1
                        a1.sources.r1.selector.default = c1
                        """).orThrow();

        AgentConfiguration.SourceConfiguration source = agent.sources().get(0);
        assertThat(source.interceptors()).extracting(ComponentSettings::name).containsExactly("r1.i1", "r1.i2");
        assertThat(source.interceptors().get(0).values()).containsOnlyKeys("useIP");
        assertThat(source.selector().values()).containsOnlyKeys("header", "mapping.CZ", "default");
    }

    @Test
    void shouldLeaveBrokenComponentsOutWhenLenient() {
        ConfigurationReport report = loader(true)
                .readText(
                        FILE,
                        SOUND.replace("a1.sinks = k1", "a1.sinks = k1 k2")
                                        .replace("a1.sources = r1", "a1.sources = r1 r2")
                                + "a1.sinks.k2.type = nothing\na1.sinks.k2.channel = c1\n",
                        "a1");

        assertThat(report.errors()).isEmpty();
        assertThat(report.configuration().sinks()).hasSize(1);
        assertThat(report.configuration().sources()).hasSize(1);
        assertThat(report.warnings())
                .extracting(ConfigurationProblem::message)
                .contains("a1.sinks.k2.type: nothing (expected: one of drain, other); sink k2 is left out");
    }

    @Test
    void shouldNotStartWithNothingLeftWhenLenient() {
        ConfigurationReport report = loader(true).readText(FILE, SOUND.replace("= buffer", "= bucket"), "a1");

        assertThat(report.errors())
                .extracting(ConfigurationProblem::message)
                .containsExactly(
                        "a1: nothing to run (expected: at least one channel and one source or sink that work)");
    }

    private ConfigurationReport read(String text) {
        return loader(false).readText(FILE, text, "a1");
    }

    private ConfigurationLoader loader(boolean lenient) {
        return new ConfigurationLoader(registry, Map.of("HOST", "web1")::get, Map.of("app", "shop")::get, lenient);
    }
}
