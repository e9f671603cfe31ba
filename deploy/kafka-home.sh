#!/usr/bin/env bash
# Prints the folder whose libs/*.jar are Apache Kafka's, or nothing: KAFKA_HOME, else a copy beside this clone.
set -euo pipefail
repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
folder="${KAFKA_HOME:-$repo/../shared/kafka}"
if compgen -G "$folder/libs/kafka-clients-*.jar" >/dev/null; then
  cd "$folder" && pwd
elif [[ -n "${KAFKA_HOME:-}" ]]; then
  echo "KAFKA_HOME is $KAFKA_HOME, but there is no libs/kafka-clients-*.jar in it: it should be an unpacked Apache Kafka" >&2
  exit 1
fi
