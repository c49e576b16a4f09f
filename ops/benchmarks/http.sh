#!/bin/sh
# Loads a fresh installation over HTTP on loopback and prints what it measured. Arguments: seconds, events before.
# Needs a built tree (./mvnw -DskipTests package). Stops by itself.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
. "$here/.mvn/java25.sh"
find_jdk25 || exit 1
seconds=${1:-60}
events=${2:-100000}
data=$(mktemp -d)
SERVER_PORT=${SERVER_PORT:-18080}
export SERVER_PORT
"$here/hindsight" serve --dev --data "$data" >"$data/serve.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$data"' EXIT INT TERM
tries=0
until grep -q '^Ready after' "$data/serve.log"; do
    tries=$((tries + 1))
    [ $tries -lt 180 ] || { cat "$data/serve.log"; exit 1; }
    sleep 1
done
grep '^Ready after' "$data/serve.log"
token=$("$here/hindsight" token --role agent,operator --user bench@example.org --data "$data" | tail -n 1)
uptime
"$JAVA_HOME/bin/java" -Xmx256m -XX:+UseSerialGC -cp "$here/ops/target/test-classes:$here/ops/target/dist/hindsight.jar" \
    dev.hindsight.ops.benchmarks.HttpBenchmark "http://127.0.0.1:$SERVER_PORT" "$token" "$seconds" "$events"
