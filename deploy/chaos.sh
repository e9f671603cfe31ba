#!/usr/bin/env bash
# deploy/chaos.sh [OPTION...]: builds the chaos run and runs it; without options in full, first against one broker and
# then against a cluster of three. What engine processes said: artifacts/chaos/. `make chaos ARGS=--help` lists options.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kafka_home="$(deploy/kafka-home.sh)"
[[ -n "$kafka_home" ]] || { echo "chaos: set KAFKA_HOME to an unpacked Apache Kafka: its brokers are killed" >&2; exit 1; }
export KAFKA_HOME="$kafka_home"
echo "chaos: building" >&2
dotnet msbuild tests/StreamEngine.Chaos -restore -m -nologo -v:quiet -p:Configuration=Release
exec dotnet tests/StreamEngine.Chaos/bin/Release/net10.0/chaos.dll "$@"
