#!/bin/sh
# Rebuilds beside Axon's own replay of the same model, while people work over HTTP, and of all models by one order, on a
# fresh installation: see RebuildBenchmark, which fills it and prints its own figures, and RebuildUnderLoadBenchmark. The
# application has 512 MiB of heap, in which the clients are, too. Takes a quarter of an hour with a million events.
# usage: ops/benchmarks/rebuild-load.sh [EVENTS [COMMANDS-A-SECOND [QUERIES-A-SECOND]]]     1000000 50 100; JAVA_OPTIONS
# may hold -Dthreads=1 (that fold), -Dseconds=30 (of each piece of load), -Donly=load (or replay, or models)
set -eu
cd "$(dirname "$0")/../.."
data=$(mktemp -d)
trap 'rm -rf "${classpath:-$data}" "$data"' EXIT
trap 'exit 1' INT TERM
. ops/benchmarks/application.sh
run -Ddata="$data" -Drounds=0 dev.hindsight.ops.benchmarks.RebuildBenchmark "${1:-1000000}"
run dev.hindsight.ops.benchmarks.RebuildUnderLoadBenchmark "$data" "${2:-50}" "${3:-100}"
