#!/bin/sh
# A desk at work over HTTP on loopback, on a fresh installation: see MixedBenchmark. Takes a quarter of an hour and more.
# usage: ops/benchmarks/mixed.sh [SECONDS [TICKETS [COMMANDS-A-SECOND [QUERIES-A-SECOND]]]]     600 200000 300 600
set -eu
. "$(dirname "$0")/server.sh"
start_server
"$JAVA_HOME/bin/java" -Xmx512m -XX:+UseSerialGC -cp "$classes" dev.hindsight.ops.benchmarks.MixedBenchmark \
    "$url" "$token" "${1:-600}" "${2:-200000}" "${3:-300}" "${4:-600}"
