# Sourced by benchmarks: start_server starts a fresh installation that ends with the script, and sets url, token and
# classes (the class path of the benchmarks). Stops by itself. Needs a JDK 25, which it finds.
here=$(cd "$(dirname "$0")/../.." && pwd)
. "$here/.mvn/java25.sh"
find_jdk25 || exit 1

start_server() {
    "$here/mvnw" -q -B -DskipTests -f "$here/pom.xml" test-compile
    SERVER_PORT=${SERVER_PORT:-18080}
    export SERVER_PORT
    data=$(mktemp -d)
    "$here/hindsight" --version >/dev/null # builds what is missing
    "$here/hindsight" serve --dev --data "$data" >"$data/serve.log" 2>&1 &
    server=$!
    trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$data"' EXIT INT TERM
    tries=0
    until grep -q '^Ready after' "$data/serve.log"; do
        tries=$((tries + 1))
        if [ $tries -ge 180 ] || ! kill -0 $server 2>/dev/null; then
            cat "$data/serve.log"
            exit 1
        fi
        sleep 1
    done
    grep '^Ready after' "$data/serve.log"
    uptime
    url=http://127.0.0.1:$SERVER_PORT
    token=$("$here/hindsight" token --role agent,operator,admin --user bench@example.org --data "$data" | tail -n 1)
    classes=$here/ops/target/test-classes:$here/ops/target/dist/hindsight.jar
}
