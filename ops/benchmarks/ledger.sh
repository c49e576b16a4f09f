#!/bin/sh
# Numbers of the ledger: what sealing costs beside appends (interleaved rounds with and without it), then proofs and fsck of
# a million events. On a PostgreSQL of its own with durable commits. Takes some minutes.
# JAVA_OPTIONS may hold -Dseconds=4 (length of a round), -Drounds=5, -Devents=1000000
set -eu
cd "$(dirname "$0")/../.."
trap 'rm -f "${classpath:-}"' EXIT
. ops/benchmarks/application.sh
run -Xmx1g -Dways=Hindsight,Hindsight-sealed dev.hindsight.ops.eventstore.EngineBenchmark append
run -Xmx1g dev.hindsight.ops.ledger.LedgerBenchmark
