# Builds the distribution of a source tree before bin/headrace starts it; sourced by bin/headrace, never run.
#
# target/.distribution-building   a build runs, or was cut off
# target/.distribution-built      when the last one ended well
# target/.distribution-lock       held while one builds
# shellcheck shell=sh
# shellcheck disable=SC2154

# Whether nothing that goes into the distribution is newer than the file. What is dated in the future, by a clock that was
# wrong, counts from then on: it would be newer than any build.
newest_is() {
    [ -f "$1" ] && [ -z "$(cd "$source_tree" && find pom.xml wal/pom.xml wal/src/main engine/pom.xml engine/src/main \
        transport/protocol/pom.xml transport/protocol/src/main transport/pom.xml transport/src/main tools/pom.xml tools/src/main tools/src/assembly tools/src/conf \
        tools/bin/headrace tools/bin/flume-ng -newer "$1" ! -mmin -0 -print 2>/dev/null)" ]
}

# A build that was interrupted, or still runs, may have copied only some of the jars.
is_built() {
    [ -d "$home/lib" ] && [ ! -f "$above/target/.distribution-building" ] || return 1
    newest_is "$above/target/.distribution-built" || is_built_by_hand
}

# Whether somebody's `mvn package` left it: all jars in lib, which bear the date of the release, are those of the modules.
is_built_by_hand() {
    newest_is "$above/target/headrace-tools-$version.jar" || return 1
    for module in wal engine transport/protocol transport tools; do
        cmp -s "$source_tree/$module/target/headrace-${module##*/}-$version.jar" \
            "$home/lib/headrace-${module##*/}-$version.jar" || return 1
    done
}

# Sets maven to the first mvn on PATH, under $MAVEN_HOME or in the usual folders.
find_maven() {
    maven=$(command -v mvn || true)
    [ -z "$maven" ] || return 0
    set +f
    set -- "${MAVEN_HOME:-${M2_HOME:-/usr/share/maven}}" /usr/share/maven /opt/maven /opt/apache-maven* /opt/maven/* \
        "${HOME:-}/.sdkman/candidates/maven/current"
    set -f
    for folder; do
        if [ -x "$folder/bin/mvn" ]; then
            maven=$folder/bin/mvn
            return 0
        fi
    done
    return 1
}

# Says on one line of a terminal how far Maven is, until it ends.
show_progress() {
    waited=0
    while kill -0 "$building" 2>/dev/null; do
        module=$(sed -n 's/^\[INFO\] Building Headrace\(: *\)\{0,1\}\([a-z]*\).*/\2/p' "$log" | tail -n 1)
        loaded=$(grep -c '^Downloaded from' "$log" || true)
        if [ "$loaded" = 0 ]; then loaded=; else loaded="  $loaded files downloaded"; fi
        printf '\r\033[K  %d s  %s%s' "$waited" "${module:-reading the project}" "$loaded" >&2
        sleep 1
        waited=$((waited + 1))
    done
    printf '\r\033[K' >&2
}

# The lines of Maven's log that say what went wrong, and what to do when that is known.
explain_failure() {
    if grep -q '^\[ERROR\]' "$log"; then
        grep '^\[ERROR\]' "$log" | grep -v -e '^\[ERROR\] *$' -e 'full stack trace' -e 'full debug logging' \
            -e 'more information about the errors' -e 'Re-run Maven' -e '\[Help 1\] http' -e 'can resume the build' \
            -e 'mvn <args> -rf' | head -n 8 | cut -c 1-300 >&2
    else
        tail -n 20 "$log" >&2
    fi
    if grep -q 'PKIX path building failed' "$log"; then
        say 'Java does not trust the server that Maven asks (expected: on a network that re-signs, its certificate in' \
            "Java's store; on Debian in /usr/local/share/ca-certificates, then update-ca-certificates)"
    elif grep -q -e 'Could not transfer' -e 'Unknown host' -e 'Temporary failure in name resolution' \
        -e 'in offline mode' -e 'Connect to .* failed' "$log"; then
        say 'Maven could not load what the build needs (expected: a way to Maven Central, or a mirror or proxy in ~/.m2/settings.xml)'
    elif grep -q -e 'Could not create local repository' -e 'repository.*(Permission denied)' "$log"; then
        say 'Maven cannot write its repository (expected: a home folder that can be written, or MAVEN_OPTS=-Dmaven.repo.local=FOLDER)'
    elif grep -q 'No space left on device' "$log"; then
        say 'no space left (expected: 500 MB for the build and what it loads)'
    elif grep -q 'Malformed input or input contains unmappable characters' "$log"; then
        say "Java cannot name a folder on the way to $source_tree (expected: a name in UTF-8; or move the clone)"
    elif grep -q 'requires Maven version' "$log"; then
        say "$maven is too old (expected: Maven >= 3.8)"
    fi
}

# Ends Maven with us. In a script's background it does not hear Ctrl-C by itself.
stop_build() {
    trap '' INT TERM HUP
    kill "$building" 2>/dev/null || true
    wait "$building" 2>/dev/null || true
    [ ! -d "$lock.d" ] || rm -rf "$lock.d"
    printf '\n' >&2
    fail 'the build was stopped; the next start begins it again' 130
}

build() {
    if ! find_java javac; then
        if find_maven; then miss javac; else miss javac maven; fi
    fi
    find_maven || miss maven
    log=$above/target/build.log
    if [ -d "${HOME:-}/.m2/repository/io/netty/netty-common" ]; then
        needs='half a minute'
    else
        needs='a minute or more, with 60 MB to load'
    fi
    say "building the distribution once, without tests ($needs; log: $log)"
    # A build that was cut off may leave half of a module's classes, which Maven takes for all of them.
    if [ -e "$above/target/.distribution-building" ]; then
        for module in wal engine transport tools; do
            rm -rf "$source_tree/$module/target/classes" "$source_tree/$module/target/maven-status"
        done
    fi
    : >"$above/target/.distribution-building"
    # Jars that the distribution no longer has must not stay; what runs keeps the files that it opened.
    rm -rf "${home:?}/lib"
    # Checks of the format and warnings as errors are for those who change the code; without them less is loaded.
    (
        cd "$source_tree" || exit
        JAVA_HOME=$java_home
        export JAVA_HOME
        exec "$maven" -B -Dmaven.test.skip=true -Dheadrace.archive.skip=true -P '!strict-on-17' -pl tools -am package
    ) >"$log" 2>&1 </dev/null &
    building=$!
    trap stop_build INT TERM HUP
    [ ! -d "$lock.d" ] || echo "$building" >"$lock.d/maven"
    if [ -t 2 ]; then show_progress; fi
    status=0
    wait "$building" || status=$?
    trap - INT TERM HUP
    if [ "$status" -ne 0 ]; then
        explain_failure
        [ ! -d "$lock.d" ] || rm -rf "$lock.d"
        fail "the build failed; all of it is in $log"
    fi
    mv "$above/target/.distribution-building" "$above/target/.distribution-built"
}

# Whether a process that is named in the lock still runs. One that has not come to name itself gets a moment.
is_held() {
    for file in "$lock.d/pid" "$lock.d/maven"; do
        owner=$(cat "$file" 2>/dev/null || true)
        if [ -n "$owner" ] && kill -0 "$owner" 2>/dev/null; then return 0; fi
    done
    [ -z "$(find "$lock.d" -prune -mmin +0 2>/dev/null)" ] && [ ! -f "$lock.d/pid" ]
}

# Two first runs at once: one builds, the other waits for it. Maven inherits the lock, so that it holds on while Maven
# still writes, even when the shell was killed.
build_alone() {
    if ! mkdir -p "$above/target" 2>/dev/null || [ ! -w "$above/target" ]; then
        fail "$above/target: cannot be written (expected: a folder for the build; or run a distribution that is built)"
    fi
    lock=$above/target/.distribution-lock
    if command -v flock >/dev/null; then
        exec 9>"$lock"
        flock -n 9 || { say 'waiting for another build to end'; flock 9; }
        is_built || build
        exec 9>&-
    else
        told=
        until mkdir "$lock.d" 2>/dev/null; do
            if is_held; then
                [ -n "$told" ] || say 'waiting for another build to end'
                told=yes
                sleep 1
            else
                rm -rf "$lock.d"
            fi
        done
        echo $$ >"$lock.d/pid"
        is_built || build
        rm -rf "$lock.d"
    fi
}
