#!/usr/bin/env bash
# Checks without running anything: formatting and analyzers, shell syntax, and what must not be in a tracked file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

findings=0
# forbid WHAT PATTERN: no tracked text file written by us may match. A line that must, says why: "lint: allowed, …".
forbid() {
  local what="$1" pattern="$2" found
  found="$(git grep -nIE "$pattern" -- '*.cs' '*.csproj' '*.props' '*.targets' '*.sln' '*.sh' '*.md' '*.yaml' '*.yml' '*.mjs' '*.js' \
    '*.json' '*.tpl' '*.txt' '*Dockerfile*' '*Containerfile*' .dockerignore Makefile .ci ':!deploy/lint.sh' | grep -v 'lint: allowed' || true)"
  [[ -n "$found" ]] || return 0
  findings=$((findings + $(wc -l <<<"$found")))
  sed "s/^/lint: $what: /" <<<"$found"
}

forbid "a path of one machine" '(^|[^[:alnum:]_./}-])/(work|tmp|root|home)/[[:alnum:]]'
forbid "the name of a package registry's host" 'registry\.npmjs\.org|api\.nuget\.org|registry\.yarnpkg\.com|/artifactory/|\.pkg\.dev/'
forbid "unfinished" '(^|[^[:alnum:]])(TODO|FIXME|XXX)($|[^[:alnum:]])|NotImplementedException'
forbid "a merge was left unresolved" '^(<<<<<<<|>>>>>>>) '

while IFS= read -r script; do
  bash -n "$script" || findings=$((findings + 1))
done < <(git ls-files '*.sh' .ci/run)

echo "lint: formatting and analyzers" >&2
dotnet restore StreamEngine.sln --nologo -v quiet || { echo "lint: error: the packages could not be restored"; exit 1; }
dotnet format StreamEngine.sln --verify-no-changes --no-restore || findings=$((findings + 1))
# The project that is in no solution, where its package can be had.
if grep -qs '^served' "${STREAMENGINE_DEPS:-$HOME/.cache/streamengine}/stamps/mlnet"; then
  for project in operators/StreamEngine.Operators.MLNet tests/StreamEngine.Tests.Operators.MLNet; do
    dotnet format "$project" --verify-no-changes || findings=$((findings + 1))
  done
fi

# What needs a tool that not every machine has is left out where it is missing.
helm="${HELM:-$(command -v helm || true)}"
if [[ -n "$helm" ]]; then
  echo "lint: the Helm chart" >&2
  chart=(deploy/kubernetes --kube-version 1.35.0)
  for values in /dev/null deploy/kubernetes/ci/*-values.yaml; do
    "$helm" lint --strict --quiet "${chart[@]}" -f "$values" || findings=$((findings + 1))
    "$helm" template lint "${chart[@]}" -f "$values" >/dev/null || findings=$((findings + 1))
  done
else
  echo "lint: left out: rendering the Helm chart, for want of helm (HELM=PATH, or on the PATH)" >&2
fi
promtool="${PROMTOOL:-$(command -v promtool || true)}"
if [[ -n "$promtool" ]]; then
  echo "lint: the rules for Prometheus" >&2
  "$promtool" check config deploy/prometheus/prometheus.yml >/dev/null || findings=$((findings + 1))
  "$promtool" test rules deploy/prometheus/rules.test.yml >/dev/null || findings=$((findings + 1))
else
  echo "lint: left out: the rules for Prometheus, for want of promtool (PROMTOOL=PATH, or on the PATH)" >&2
fi

if [[ "$findings" != 0 ]]; then
  echo "lint: $findings findings ('make format' mends the formatting)"
  exit 1
fi
echo "lint: clean"
