# Apache Flume 1.11 as a peer of ../../two-tier. Sourced, never run.

FLUME_JARS=$BENCHMARKS/target/peers/flume
flume_link=avro

flume_prepare() {
    [[ -e $FLUME_JARS/.complete && ! $BENCHMARKS/peers/flume/pom.xml -nt $FLUME_JARS/.complete ]] && return
    say "fetching Apache Flume 1.11 ..."
    mvn -B -q -f "$BENCHMARKS/peers/flume/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$FLUME_JARS" >&2 || fail "Apache Flume could not be fetched (expected: Maven and Maven Central)"
    touch "$FLUME_JARS/.complete"
}

# flume_start FOLDER AGENT-NAME: the class and the flags that bin/flume-ng would start, with a heap of 1 GiB.
flume_start() {
    start "$1/$2.out" "$JAVA" -Xmx1g -Dflume.log.file="$1/$2.log" \
        -cp "$BENCHMARKS/peers/flume/conf:$FLUME_JARS/*" \
        org.apache.flume.node.Application --no-reload-conf -n "$2" -f "$1/$2.properties"
}

flume_version() { printf 'Apache Flume 1.11.0, -Xmx1g'; }

# The class path of FlumePeer, into FLUME_PATH: Flume's jars and the harness, nothing of ours.
flume_peer() {
    flume_prepare
    compile_peer flume "$FLUME_JARS"
    FLUME_PATH=$PEER_CLASSES:$BENCHMARKS/peers/flume/conf:$FLUME_JARS/*
}
