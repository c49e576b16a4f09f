#!/bin/sh
# Reads the past of single tickets over HTTP on loopback, from a fresh installation with so many events in its log
# (argument, 100000 unless said), and prints what it measured. Stops by itself.
set -eu
. "$(dirname "$0")/server.sh"
start_server
"$JAVA_HOME/bin/java" -Xmx256m -XX:+UseSerialGC -cp "$classes" dev.hindsight.ops.benchmarks.PastBenchmark \
    "$url" "$token" "${1:-100000}"
