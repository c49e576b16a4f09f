#!/bin/sh
# Reads the past of single tickets over HTTP on loopback, on a fresh installation that RebuildBenchmark has filled: see
# PastBenchmark. The application has 512 MiB of heap, in which its one client is, too.
# usage: ops/benchmarks/past.sh [EVENTS]     1000000
set -eu
cd "$(dirname "$0")/../.."
data=$(mktemp -d)
trap 'rm -rf "${classpath:-$data}" "$data"' EXIT
trap 'exit 1' INT TERM
. ops/benchmarks/application.sh
run -Ddata="$data" -Drounds=0 dev.hindsight.ops.benchmarks.RebuildBenchmark "${1:-1000000}"
run dev.hindsight.ops.benchmarks.PastBenchmark "$data"
