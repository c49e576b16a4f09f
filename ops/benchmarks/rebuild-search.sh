#!/bin/sh
# How fast the search index is rebuilt and verified, phase by phase, with the live follower's own speed beside it.
# PostgreSQL and OpenSearch (512 MiB of heap) on this machine; the application's part has 512 MiB of heap. Takes minutes.
# usage: ops/benchmarks/rebuild-search.sh [TICKETS]     150000; JAVA_OPTIONS may hold -Drounds=2 and -Dbatch=4000
set -eu
cd "$(dirname "$0")/../.."
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT
./mvnw -q -B -pl projections -am -DskipTests test-compile dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
. ./.mvn/java25.sh && find_jdk25
java=$JAVA_HOME/bin/java
# shellcheck disable=SC2086
"$java" -Xmx512m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
    -Dhindsight.search-node.home="$PWD/ops/search-node/target/search-node" \
    -Dcommit="$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" ${JAVA_OPTIONS:-} \
    -cp "projections/target/test-classes:projections/target/classes:$(cat "$classpath")" \
    dev.hindsight.projections.rebuild.SearchRebuildBenchmark "$@"
