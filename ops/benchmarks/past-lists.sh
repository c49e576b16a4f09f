#!/bin/sh
# How long lists, counts and reports as of moments of the past take: a million states of 150,000 tickets, one client, on a
# PostgreSQL of its own; then what the model of the past costs live processing. Takes some minutes.
# usage: ops/benchmarks/past-lists.sh [tickets]
set -eu
cd "$(dirname "$0")/../.."
./mvnw -B -P drills -pl query -am test -Dtest=PastListPlanTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Dpast.tickets="${1:-150000}"
./mvnw -B -P drills -pl projections -am test -Dtest=LivePathBenchmark -Dsurefire.failIfNoSpecifiedTests=false
