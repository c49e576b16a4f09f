#!/bin/sh
# Numbers of the event-store engine, on a PostgreSQL of its own with durable commits. Takes some minutes.
# usage: ops/benchmarks/engine.sh [append] [one] [await] [handler] [bulk]     no argument: all
# JAVA_OPTIONS may hold -Dseconds=4 (length of a round), -Drounds=5, -Drate=2000, -Devents=1000000
set -eu
cd "$(dirname "$0")/../.."
trap 'rm -f "${classpath:-}"' EXIT
. ops/benchmarks/application.sh
run -Xmx1g dev.hindsight.ops.eventstore.EngineBenchmark "$@"
