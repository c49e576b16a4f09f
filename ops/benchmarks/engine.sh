#!/bin/sh
# Numbers of the event-store engine, on a PostgreSQL of its own with durable commits. Takes some minutes.
# usage: ops/benchmarks/engine.sh [append] [one] [await] [handler] [bulk]     no argument: all
# JAVA_OPTIONS may hold -Dseconds=4 (length of a round), -Drounds=5, -Drate=2000, -Devents=1000000
set -eu
cd "$(dirname "$0")/../.."
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT
./mvnw -q -B -pl ops -am -DskipTests test-compile dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
# The Java that the build runs on.
. ./.mvn/java25.sh && find_jdk25
java=$JAVA_HOME/bin/java
# shellcheck disable=SC2086
"$java" -Xmx1g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -Daxoniq.update-checker.disabled=true \
    -Dcommit="$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" ${JAVA_OPTIONS:-} \
    -cp "ops/target/test-classes:ops/target/classes:$(cat "$classpath")" \
    dev.hindsight.ops.eventstore.EngineBenchmark "$@"
