#!/usr/bin/env bash
# Prepares a machine to build, test and run StreamEngine. docs/setup.md says what goes where.
#
#   deploy/setup.sh [dotnet] [librdkafka] [chdb] [java] [js] [mlnet] [clickhouse]      nothing named: all but clickhouse
#
# A step that has been done is recognised by a stamp that holds its versions; done steps cost a few milliseconds.
set -Eeuo pipefail
trap 'echo "setup: error: stopped by a command that failed: ${BASH_SOURCE[0]} line $LINENO: $BASH_COMMAND" >&2' ERR

repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
deps="${STREAMENGINE_DEPS:-${HOME:?HOME is not set; set it or STREAMENGINE_DEPS}/.cache/streamengine}"
stamps="$deps/stamps"
logs="$deps/logs"

for part in common dotnet librdkafka chdb java js mlnet clickhouse; do
  # shellcheck source=/dev/null
  source "$repo/deploy/setup/$part.sh"
done

steps=("$@")
[[ ${#steps[@]} -gt 0 ]] || steps=(dotnet librdkafka chdb java js mlnet)

missing=()
for step in "${steps[@]}"; do
  declare -F "${step}_done" >/dev/null || fail "there is no step '$step'; the steps are: dotnet librdkafka chdb java js mlnet clickhouse"
  "${step}_done" || missing+=("$step")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

mkdir -p "$stamps" "$logs" 2>/dev/null || fail "cannot write to $deps; set STREAMENGINE_DEPS to a folder that you may write to"

# One set-up at a time per dependencies folder: two clones on one machine share it.
if [[ -z "${STREAMENGINE_SETUP_LOCKED:-}" ]] && command -v flock >/dev/null; then
  flock --nonblock "$deps/lock" true || say "waiting for another set-up that uses $deps"
  export STREAMENGINE_SETUP_LOCKED=1
  exec flock --close "$deps/lock" bash "$repo/deploy/setup.sh" "${missing[@]}"
fi
# What an interrupted set-up left behind.
rm -rf "$deps"/fetch.* "$deps"/probe.* "$deps"/build.*

for step in "${missing[@]}"; do
  "${step}_get"
done
