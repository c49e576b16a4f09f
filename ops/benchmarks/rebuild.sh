#!/bin/sh
# How fast read models are rebuilt and verified, phase by phase, with live processing's own speed on the same events.
# A fresh installation with PostgreSQL and OpenSearch on this machine; the application has 512 MiB of heap. Takes minutes.
# usage: ops/benchmarks/rebuild.sh [EVENTS]     1000000; JAVA_OPTIONS may hold -Dthreads=1 (that fold), -Drounds=2 (of the
# tickets) and -Ddata=DIR (kept, so that the next run finds its events there)
set -eu
cd "$(dirname "$0")/../.."
trap 'rm -f "${classpath:-}"' EXIT
. ops/benchmarks/application.sh
run dev.hindsight.ops.benchmarks.RebuildBenchmark "$@"
