#!/bin/sh
# Loads a fresh installation over HTTP on loopback and prints what it measured. Arguments: seconds, events before.
# Stops by itself.
set -eu
. "$(dirname "$0")/server.sh"
start_server
seconds=${1:-60}
"$JAVA_HOME/bin/java" -Xmx256m -XX:+UseSerialGC -cp "$classes" dev.hindsight.ops.benchmarks.HttpBenchmark \
    "$url" "$token" "$seconds" "${2:-100000}"
"$JAVA_HOME/bin/java" -Xmx256m -XX:+UseSerialGC -cp "$classes" dev.hindsight.ops.benchmarks.FeedBenchmark \
    "$url" "$token" "$seconds" 500
