#!/bin/sh
# How fast the search index is rebuilt and verified, phase by phase, with the live follower's own speed beside it.
# PostgreSQL and OpenSearch (512 MiB of heap) on this machine; the application's part has 512 MiB of heap. Takes minutes.
# usage: ops/benchmarks/rebuild-search.sh [TICKETS]     150000; JAVA_OPTIONS may hold -Drounds=2 and -Dbatch=4000
set -eu
cd "$(dirname "$0")/../.."
trap 'rm -f "${classpath:-}"' EXIT
module=projections
. ops/benchmarks/application.sh
run dev.hindsight.projections.rebuild.SearchRebuildBenchmark "$@"
