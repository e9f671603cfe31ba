# The official ClickHouse client for JavaScript, with which a test talks to the embedded ClickHouse.
# It goes into tests/js/node_modules of this clone.

js_key() { cksum <"$repo/tests/js/package-lock.json"; }
js_stamp="$repo/tests/js/node_modules/.streamengine-setup"

js_done() { [[ -f "$js_stamp" && "$(<"$js_stamp")" == "$(js_key)" ]]; }

js_get() {
  need_npm "@clickhouse/client, for the tests of the embedded ClickHouse,"
  say "installing @clickhouse/client for the tests"
  local log="$logs/npm-ci.log"
  (cd "$repo/tests/js" && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=2 --fetch-retry-mintimeout=1000) >"$log" 2>&1 </dev/null ||
    fail "npm ci in tests/js failed ($(reason_in "$log")); check the network, proxy and npm settings, then try again; all of npm's output: $log"
  js_key >"$js_stamp"
}
