#!/usr/bin/env bash
# deploy/bench.sh [PART]: builds the benchmarks and runs them, all or one part. The report: artifacts/bench/report.json
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kafka_home="$(deploy/kafka-home.sh)"
export KAFKA_HOME="$kafka_home" ONLY="${1:-}"
echo "bench: building" >&2
dotnet msbuild bench/StreamEngine.Bench -restore -m -nologo -v:quiet -p:Configuration=Release
mkdir -p artifacts/bench
exec dotnet bench/StreamEngine.Bench/bin/Release/net10.0/StreamEngine.Bench.dll ${1:+"$1"}
