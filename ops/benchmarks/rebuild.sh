#!/bin/sh
# How fast read models are rebuilt and verified, phase by phase, with live processing's own speed on the same events.
# A fresh installation with PostgreSQL and OpenSearch on this machine; the application has 512 MiB of heap. Takes minutes.
# usage: ops/benchmarks/rebuild.sh [EVENTS]     1000000; JAVA_OPTIONS may hold -Dthreads=1 (that fold), -Drounds=2 (of the
# tickets) and -Ddata=DIR (kept, so that the next run finds its events there)
set -eu
cd "$(dirname "$0")/../.."
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT
./mvnw -q -B -pl ops -am -DskipTests test-compile dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
. ./.mvn/java25.sh && find_jdk25
java=$JAVA_HOME/bin/java
# shellcheck disable=SC2086
"$java" -Xmx512m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -Daxoniq.update-checker.disabled=true \
    -Dhindsight.search-node.home="$PWD/ops/search-node/target/search-node" \
    -Dcommit="$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" ${JAVA_OPTIONS:-} \
    -cp "ops/target/test-classes:ops/target/classes:$(cat "$classpath")" \
    dev.hindsight.ops.benchmarks.RebuildBenchmark "$@"
