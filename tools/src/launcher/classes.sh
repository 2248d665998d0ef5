# Keeps loaded classes for the next start (class data sharing), which takes a third off it; sourced by bin/headrace, never
# run. A source tree keeps them in its distribution, a distribution elsewhere in $HEADRACE_CLASSES, when that is set.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2086,SC3013

# Runs a command, in the place of this shell, and notes in practice/$1 which classes it loads.
practise() {
    list=$practice/$1
    shift
    exec "$java_home/bin/java" $common_flags -XX:DumpLoadedClassList="$list" -cp "$home/lib/*" io.headrace.tools.Main "$@"
}

# Runs an agent for a line from file to file and looks into its log, notes which classes that loads, and lets Java keep
# them as they are once loaded. All of them: what is kept at the end of one process leaves out classes of old compilers.
archive_classes() {
    case $work in
        *[,#\$\\]*)
            echo "$work: a comma, #, dollar or backslash in it (expected: none of them)"
            return 1
            ;;
    esac
    practice=$(mktemp -d "$work/practice.XXXXXX") || return 1
    mkdir "$practice/output"
    printf 'a line\n' >"$practice/a.log"
    cat >"$practice/agent.properties" <<END
a.sources = r
a.channels = c
a.sinks = k
a.sources.r.type = TAILDIR
a.sources.r.channels = c
a.sources.r.filegroups = f
a.sources.r.filegroups.f = $practice/a.log
a.sources.r.positionFile = $practice/positions.json
a.channels.c.type = file
a.channels.c.dataDirs = $practice/channel
a.sinks.k.type = file_roll
a.sinks.k.channel = c
a.sinks.k.sink.directory = $practice/output
END
    practise agent.classes agent -n a -f "$practice/agent.properties" --metrics-port 0 &
    agent=$!
    trap 'kill "$agent"; rm -rf "$practice"; exit 130' INT TERM
    waited=0
    until [ -n "$(find "$practice/output" -type f -size +0)" ] || [ "$waited" -ge 30 ]; do
        kill -0 "$agent" || break
        sleep 1
        waited=$((waited + 1))
    done
    for command in status check cat export; do
        committed=--committed
        case $command in status | check) committed= ;; esac
        (practise "$command.classes" wal "$command" $committed "$practice/channel") >/dev/null || true
    done
    kill "$agent"
    wait "$agent" || true
    # Numbers of classes differ from process to process.
    for command in agent status check cat export; do
        sed -e '/source:/d' -e 's/ id: [0-9]*$//' "$practice/$command.classes"
    done | awk '!seen[$0]++' >"$practice/classes"
    "$java_home/bin/java" $common_flags -Xshare:dump -XX:SharedClassListFile="$practice/classes" \
        -XX:SharedArchiveFile="$practice/classes.jsa" -Xlog:cds=off -cp "$home/lib/*"
    made=1
    if [ -f "$practice/classes.jsa" ]; then
        # Java 17 dies of an archive that is cut short, as a power cut may leave one.
        bytes=$(wc -c <"$practice/classes.jsa")
        sync "$practice/classes.jsa" 2>/dev/null || sync
        mv "$practice/classes.jsa" "$archive" && echo "$bytes" >"$tried"
        made=$?
    fi
    rm -rf "$practice"
    return "$made"
}

# Whether a module's jar was made after the file. Those in lib all bear the date of the release, which tells nothing.
jars_are_newer() {
    for module in wal engine transport tools; do
        [ ! "$source_tree/$module/target/headrace-$module-$version.jar" -nt "$1" ] || return 0
    done
    return 1
}

# Whether the archive is there and as long as it was made.
is_whole() {
    bytes=
    { read -r bytes <"$tried"; } 2>/dev/null || true
    case $bytes in '' | *[!0-9]*) return 1 ;; esac
    [ -n "$(find "$archive" -size "${bytes}c" 2>/dev/null)" ]
}

# Makes the archive with what it takes in the folder $1, once, and only before an agent.
make_archive() {
    work=$1
    (: >"$tried") 2>/dev/null || return 0
    say 'keeping loaded classes, so that agents start faster (once, a few seconds)'
    (archive_classes) >"$work/archive.log" 2>&1 || say "no class archive could be made, see" \
        "$work/archive.log; agents start somewhat slower"
}

# Sets archive to the one in $HEADRACE_CLASSES of this distribution, as it stands here, and this Java; empty when there is
# none. Java checks jars by time and size, which a distribution of other classes may share: ls tells when they came here.
find_archive() {
    archive=$({
        cat "$java_home/release" || true
        echo "$java_home" "$home"
        LC_ALL=C TZ=UTC ls -lc "$home/lib"
    } 2>/dev/null | cksum)
    archive=$HEADRACE_CLASSES/headrace-${archive%% *}.jsa
    tried=$archive-tried
    case $1 in
        agent | quickstart)
            if [ ! -e "$tried" ] && mkdir -p "$HEADRACE_CLASSES" 2>/dev/null; then
                make_archive "$(CDPATH='' cd -- "$HEADRACE_CLASSES" && pwd -P)"
            fi
            ;;
    esac
    is_whole || archive=
}

# Sets archive to the one of this build and this Java; empty when there is none. Before an agent it is made when there
# is none, tried once for each build, which removes the mark with lib, and not where nothing can be written.
find_archive_of_build() {
    archive=$(cksum <"$java_home/release" 2>/dev/null || true)
    archive=$home/lib/classes-${archive%% *}.jsa
    tried=$home/lib/.${archive##*/}-tried
    case ${HEADRACE_NO_BUILD:-}:$1 in
        :agent | :quickstart)
            if { [ ! -e "$tried" ] || jars_are_newer "$tried"; } && [ -w "$home/lib" ] && [ -w "$above/target" ]; then
                make_archive "$above/target"
            fi
            ;;
    esac
    if ! is_whole || jars_are_newer "$archive"; then archive=; fi
}
