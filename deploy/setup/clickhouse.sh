# clickhouse: Debian's clickhouse-server, the oldest that is supported, for the tests that need an old server. Only when named
# (continuous integration does): on a machine of one's own it would start a database as a system service.

clickhouse_done() { [[ -x /usr/bin/clickhouse-server || -x /usr/sbin/clickhouse-server ]]; }

clickhouse_get() {
  local purpose="tests with an old ClickHouse server"
  debian_root "$purpose" clickhouse-server clickhouse-client
  debian_install "$purpose" clickhouse-server clickhouse-client ||
    say "this system has no package clickhouse-server: the tests that need an old server are left out"
}
