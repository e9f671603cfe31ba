#!/usr/bin/env bash
# deploy/test.sh [PROJECT,PROJECT...]: builds and runs the tests, of all projects or of those named (Text for
# tests/StreamEngine.Tests.Text). Ends with the line "N passed, N failed".
#
# Projects run one after another: tests that measure time or load must not be disturbed by another project's.
# With CI=true a test that was left out for want of a Kafka broker counts as failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kafka_home="$(deploy/kafka-home.sh)"
export KAFKA_HOME="$kafka_home"
# Research data that some tests count over; it is no part of the project, and they are left out where it is not there.
data_folder="${STREAMENGINE_DATA:-../shared/data}"
if [[ -d "$data_folder" ]]; then
  STREAMENGINE_DATA="$(cd "$data_folder" && pwd)"
  export STREAMENGINE_DATA
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
results="$PWD/artifacts/tests"
hang_after=5min

# Projects on packages that not every feed serves are built apart from the solution, and left out where theirs is missing.
declare -A optional=([StreamEngine.Tests.Operators.MLNet]="mlnet Microsoft.ML")
stamps="${STREAMENGINE_DEPS:-$HOME/.cache/streamengine}/stamps"

passed=0 failed=0
reasons="$(mktemp)"
trap 'rm -f "$reasons"' EXIT

finish() {
  local left_out summary
  left_out="$(wc -l <"$reasons")"
  if [[ "$left_out" -gt 0 ]]; then
    summary="$(sort "$reasons" | uniq -c | sort -rn | sed -E 's/^ *([0-9]+) (.*)/\1 x \2/' | paste -sd ';' | sed 's/;/; /g')"
    echo "$left_out tests left out: $summary"
    if [[ "${CI:-}" == true ]]; then
      local for_want_of_broker
      for_want_of_broker="$(grep -c '^needs a Kafka broker' "$reasons" || true)"
      [[ "$for_want_of_broker" == 0 ]] || echo "$for_want_of_broker of them count as failed: CI=true asks for a Kafka broker"
      failed=$((failed + for_want_of_broker))
    fi
  fi
  echo "$passed passed, $failed failed"
  exit $((failed > 0))
}

# counter TRX NAME: a number out of the line <Counters total="8" executed="2" …/>
counter() { sed -n "s/.*<Counters .*[ ]$2=\"\([0-9]*\)\".*/\1/p" "$1"; }

reasons_in() {
  sed -n '/outcome="NotExecuted"/,/<\/UnitTestResult>/s/.*<Message>\(.*\)<\/Message>.*/\1/p' "$1" |
    sed -e 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#39;/'\''/g; s/&amp;/\&/g'
}

run() { # PROJECT-NAME
  local name="$1" assembly trx log status=0
  assembly="tests/$name/bin/Release/net10.0/$name.dll"
  trx="$results/$name.trx"
  log="$results/$name.log"
  echo "test: $name" >&2
  dotnet test "$assembly" --logger "trx;LogFileName=$trx" --logger "console;verbosity=minimal" \
    --results-directory "$results" --blame-hang --blame-hang-timeout "$hang_after" --blame-hang-dump-type none \
    </dev/null 2>&1 | tee "$log" | grep -vE '^(Test run for|A total of|Results File|VSTest version|Starting test|$)|\[SKIP\]$|^  Skipped |^Data collector|^No test is available|^Additionally, path' || status=${PIPESTATUS[0]}
  if [[ ! -f "$trx" ]]; then
    if [[ "$status" == 0 ]] && grep -q 'No test is available' "$log"; then
      return
    fi
    echo "$name ended without a result (exit code $status); its output: $log"
    failed=$((failed + 1))
    return
  fi
  local total executed ok
  total="$(counter "$trx" total)" executed="$(counter "$trx" executed)" ok="$(counter "$trx" passed)"
  passed=$((passed + ok))
  failed=$((failed + executed - ok))
  if [[ "$status" != 0 && "$executed" == "$ok" ]]; then
    echo "$name crashed or hung after $executed tests (exit code $status); its output: $log"
    failed=$((failed + 1))
  fi
  [[ "$total" == "$executed" ]] || reasons_in "$trx" >>"$reasons"
}

projects=()
if [[ -n "${1:-}" ]]; then
  for name in ${1//,/ }; do
    [[ -d "tests/StreamEngine.Tests.$name" ]] || { echo "there is no test project tests/StreamEngine.Tests.$name" >&2; exit 2; }
    projects+=("StreamEngine.Tests.$name")
  done
else
  for folder in tests/StreamEngine.Tests.*/; do
    projects+=("$(basename "$folder")")
  done
fi

rm -rf "$results"
mkdir -p "$results"
echo "test: building" >&2
for i in "${!projects[@]}"; do
  name="${projects[i]}"
  [[ -n "${optional[$name]:-}" ]] || continue
  read -r step package <<<"${optional[$name]}"
  if [[ "$(cat "$stamps/$step" 2>/dev/null)" != served* ]]; then
    echo "$name left out: the NuGet feed at hand does not serve $package"
    unset "projects[i]"
  fi
done
built=()
[[ -n "${1:-}" ]] || built=(StreamEngine.sln)
for project in "${projects[@]}"; do
  [[ -z "${1:-}" && -z "${optional[$project]:-}" ]] || built+=("tests/$project")
done
for project in "${built[@]}"; do
  if ! dotnet msbuild "$project" -restore -m -nologo -v:quiet -p:Configuration=Release; then
    echo "the build failed: no test was run"
    failed=1
    finish
  fi
done
for project in "${projects[@]}"; do
  run "$project"
done
finish
