package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlumeCatalogueTest {
    private static final Path FILE = Path.of("a.conf");
    private static final List<String> KINDS =
            List.of("source", "channel", "sink", "interceptor", "selector", "serializer", "processor");

    private static final String BEGIN = """
            a1.sources = r1
            a1.channels = c1
            a1.sinks = k1
            a1.sources.r1.type = seq
            a1.sources.r1.channels = c1
            a1.channels.c1.type = memory
            a1.sinks.k1.channel = c1
            """;

    record HdfsSettings(
            @Setting(key = "hdfs.path", doc = "Where to.") String path) {}

    record Hdfs() implements ComponentProvider.OfSink {
        @Override
        public String alias() {
            return "hdfs";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return HdfsSettings.class;
        }

        @Override
        public String summary() {
            return "hdfs";
        }

        @Override
        public Sink create(SinkContext context) {
            throw new IllegalStateException("created (expected: only read)");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "source, avro, org.apache.flume.source.AvroSource",
        "source, SPOOLDIR, org.apache.flume.source.SpoolDirectorySource",
        "source, syslogtcp, org.apache.flume.source.SyslogTcpSource",
        "source, kafka, org.apache.flume.source.kafka.KafkaSource",
        "channel, jdbc, org.apache.flume.channel.jdbc.JdbcChannel",
        "channel, kafka, org.apache.flume.channel.kafka.KafkaChannel",
        "sink, HDFS, org.apache.flume.sink.hdfs.HDFSEventSink",
        "sink, hbase2, org.apache.flume.sink.hbase2.HBase2Sink",
        "sink, morphline_solr, org.apache.flume.sink.solr.morphline.MorphlineSolrSink",
        "interceptor, regex_filter, org.apache.flume.interceptor.RegexFilteringInterceptor$Builder",
        "processor, failover, org.apache.flume.sink.FailoverSinkProcessor",
        "processor, load_balance, org.apache.flume.sink.LoadBalancingSinkProcessor"
    })
    void shouldKnowFlumesComponentsByAliasAndClass(String kind, String alias, String className) {
        FlumeCatalogue catalogue = FlumeCatalogue.standard();

        assertThat(catalogue.find(kind, alias)).isPresent().isEqualTo(catalogue.find(kind, className));
    }

    @Test
    void shouldNameEachTypeOnceAndOnlyRightKeys() {
        ComponentRegistry registry = ComponentRegistry.load();
        Set<String> names = new HashSet<>();
        for (String kind : KINDS) {
            for (FlumeType type : FlumeCatalogue.standard().all(kind)) {
                type.names().forEach(name -> assertThat(names.add(kind + " " + name.toLowerCase()))
                        .as(name)
                        .isTrue());
                List<String> keys = new ArrayList<>(type.keyNames());
                ComponentProvider provider =
                        registry.find(ComponentTypes.providers(kind).orElseThrow(), type.alias());
                if (provider != null) {
                    SettingsBinder.settingsOf(provider.settingsType()).forEach(setting -> keys.add(setting.key()));
                }
                for (FlumeKey key : type.keys()) {
                    if (key.kind() == FlumeKey.Kind.MEANT) {
                        String meant = key.meant(key.pattern());
                        assertThat(keys)
                                .as("%s %s: %s", kind, type.alias(), key.pattern())
                                .anyMatch(known -> known.equals(meant)
                                        || known.endsWith(".*") && meant.startsWith(known.replace("*", "")));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bind", "bind: text maybe", "bind: word", "bind:text", "include nothing"})
    void shouldRefuseALineThatItDoesNotUnderstand(String line) {
        assertThatThrownBy(() -> FlumeCatalogue.parse(List.of("[source x]", line)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(line);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a1.sinks.k1.type = hdfs|a.conf:8: error: a1.sinks.k1.type: hdfs (expected: file_roll, which writes files to a local or mounted folder; this version has no sink hdfs)
            a1.sinks.k1.hdfs.path = /x # y|a.conf:9: warning: a1.sinks.k1.hdfs.path: /x # y: what follows # is part of the value (expected: comments on lines of their own)
            a1.sinks.k1.hdfs.rollSize = 1m|a.conf:10: error: a1.sinks.k1.hdfs.rollSize: 1m (expected: a whole number)
            a1.sinks.k1.hdfs.rollCount = 0 # never|a.conf:11: warning: a1.sinks.k1.hdfs.rollCount: 0 # never: read as 0 (expected: comments on lines of their own)
            a1.sinks.k1.hdfs.round = yes|a.conf:12: error: a1.sinks.k1.hdfs.round: yes (expected: true or false)
            a1.sinks.k1.hdfs.roundUnit = Hour|
            a1.sinks.k1.hdfs.fileType = Text|a.conf:14: error: a1.sinks.k1.hdfs.fileType: Text (expected: one of SequenceFile, DataStream, CompressedStream)
            a1.sinks.k1.hdfs.batchSize = 101|a.conf:15: error: a1.sinks.k1.hdfs.batchSize: 101 (expected: <= a1.channels.c1.transactionCapacity 100, the default)
            a1.sinks.k1.hdfs.rolSize = 1|a.conf:16: warning: a1.sinks.k1.hdfs.rolSize: unknown key (did you mean hdfs.rollSize?)
            a1.sinks.k1.hdfs.codeC =|a.conf:17: error: a1.sinks.k1.hdfs.codeC: empty (expected: a value, or no such line)
            a1.sinks.k1.sink.maxOpenFiles = 5|a.conf:18: warning: a1.sinks.k1.sink.maxOpenFiles: unknown key (did you mean hdfs.maxOpenFiles?)
            a1.sinks.k1.sink.partitionHeader = x|a.conf:19: warning: a1.sinks.k1.sink.partitionHeader: unknown key (expected: a key of hdfs; file_roll has it)
            a1.sinks.k1.serializer = avro_event|
            a1.sinks.k1.serializer.syncIntervalBytes = 4096|
            """)
    void shouldCheckTheKeysOfAComponentThatIsNotHere(String line, String told) {
        String before = """
                a1.sinks.k1.type = hdfs
                a1.sinks.k1.hdfs.path = /x # y
                a1.sinks.k1.hdfs.rollSize = 1m
                a1.sinks.k1.hdfs.rollCount = 0 # never
                a1.sinks.k1.hdfs.round = yes
                a1.sinks.k1.hdfs.roundUnit = Hour
                a1.sinks.k1.hdfs.fileType = Text
                a1.sinks.k1.hdfs.batchSize = 101
                a1.sinks.k1.hdfs.rolSize = 1
                a1.sinks.k1.hdfs.codeC =
                a1.sinks.k1.sink.maxOpenFiles = 5
                a1.sinks.k1.sink.partitionHeader = x
                a1.sinks.k1.serializer = avro_event
                a1.sinks.k1.serializer.syncIntervalBytes = 4096
                """;
        List<String> problems = read(ComponentRegistry.load(), BEGIN + before);
        String key = line.substring(0, line.indexOf(" ="));

        assertThat(before).contains(line);
        if (told == null) {
            assertThat(problems).noneMatch(problem -> problem.contains(": " + key + ":"));
        } else {
            assertThat(problems).containsOnlyOnce(told).hasSize(11);
        }
    }

    @Test
    void shouldLeaveATypeToItsProvider() {
        ComponentRegistry registry = ComponentRegistry.load().with(new Hdfs());
        String text = BEGIN + "a1.sinks.k1.type = hdfs\na1.sinks.k1.hdfs.path = /x\n";

        assertThat(read(registry, text)).isEmpty();
        assertThat(read(registry, text + "a1.sinks.k1.hdfs.rollSize = 1m\na1.sinks.k1.batchSize = 5"))
                .containsExactly(
                        "a.conf:10: warning: a1.sinks.k1.hdfs.rollSize: unknown key (expected: no such line; only Flume's hdfs has this key)",
                        "a.conf:11: warning: a1.sinks.k1.batchSize: unknown key (expected: hdfs.batchSize)");
        assertThat(read(registry, BEGIN + "a1.sinks.k1.type = file_rol\na1.sinks.k1.sink.directory = x"))
                .singleElement()
                .asString()
                .contains("hdfs", "; did you mean file_roll?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a1.sources.r1.type = avro;a1.sources.r1.batchSize = 5|a1.sources.r1.batchSize: unknown key (expected: no such line; what arrives at once is decided by the batch-size of the sending sink)
            a1.sources.r1.type = avro;a1.sources.r1.threads = 50|a1.sources.r1.threads: 50: has no effect (Flume has not read it since 1.10)
            a1.sources.r1.type = multiport_syslogtcp;a1.sources.r1.readBufferSize = 5|a1.sources.r1.readBufferSize: unknown key (expected: readBufferBytes; the guide's name is not read)
            a1.sinks.k1.type = avro;a1.sinks.k1.maxIoWorkers = 5|a1.sinks.k1.maxIoWorkers: 5: has no effect (Flume has not read it since 1.10)
            a1.sinks.k1.type = thrift;a1.sinks.k1.connection-reset-interval = 5|a1.sinks.k1.connection-reset-interval: unknown key (expected: reset-connection-interval; the guide's name is not read)
            a1.sinks.k1.type = kafka;a1.sinks.k1.kafka.flumeBatchSize = 5|a1.sinks.k1.kafka.flumeBatchSize: unknown key (expected: flumeBatchSize; the guide's name is not read, and the batch stays at 100)
            a1.channels.c1.type = org.apache.flume.channel.kafka.KafkaChannel;a1.channels.c1.pollTimeout = 5|a1.channels.c1.pollTimeout: unknown key (expected: kafka.pollTimeout; the guide's name is not read)
            a1.channels.c1.type = file;a1.channels.c1.encrpytion.activeKey = k|a1.channels.c1.encrpytion.activeKey: a log is not encrypted by the channel (expected: no encryption.* keys; encrypt the file system)
            a1.channels.c1.type = file;a1.channels.c1.encyption.keyProvider = k|a1.channels.c1.encyption.keyProvider: a log is not encrypted by the channel (expected: no encryption.* keys; encrypt the file system)
            a1.sinks.k1.type = file_roll;a1.sinks.k1.directory = /x|a1.sinks.k1.directory: unknown key (expected: sink.directory)
            """)
    void shouldSayWhatToWriteInsteadOfWhatArticlesWrite(String lines, String told) {
        List<String> problems = read(ComponentRegistry.load(), BEGIN + lines.replace(';', '\n'));

        assertThat(problems)
                .filteredOn(problem -> problem.endsWith(": " + told))
                .hasSize(1);
    }

    @Test
    void shouldKeepTheEarlierTypeOutOfTheChannelsWay() {
        assertThat(read(ComponentRegistry.load(), BEGIN.replace("memory", "jdbc") + "a1.sinks.k1.type = null"))
                .containsExactly("a.conf:6: error: a1.channels.c1.type: jdbc (expected: file, which keeps events in a"
                        + " log on disk; this version has no channel jdbc)");
    }

    private static List<String> read(ComponentRegistry registry, String text) {
        return new ConfigurationLoader(registry, Map.<String, String>of()::get, Map.<String, String>of()::get, false)
                .readText(FILE, text, "a1").problems().stream()
                        .map(ConfigurationProblem::describe)
                        .filter(problem -> !problem.contains("replaces the value in line"))
                        .toList();
    }
}
