# libchdb: the whole ClickHouse engine as a shared library, for the embedded ClickHouse.
# It ends up as $deps/chdb/VERSION/libchdb.so (540 MB).

chdb_version=26.7.3-stable.1
chdb_package=@chdb/lib-linux-x64-gnu
chdb_sha512=5cff7b98caa7739b59a4a432c11f0dedc2d3b073624e61ebdf4a42e66ce8de35a6ba48ca9f62016bad1cd81fe059435cb858ce3235a8a2b408082a81563e70a7
chdb_folder="$deps/chdb/$chdb_version"

chdb_supported() { [[ "$(uname -sm)" == "Linux x86_64" ]]; }

chdb_done() {
  [[ -z "${STREAMENGINE_CHDB:-}" ]] || return 0 # the user brings a libchdb
  [[ -f "$chdb_folder/libchdb.so" ]] && stamped chdb "$chdb_version"
}

chdb_get() {
  if ! chdb_supported; then
    say "no embedded ClickHouse on $(uname -sm): libchdb is taken for Linux x86_64 only; everything else works, with a ClickHouse server of yours"
    return
  fi
  need_npm "libchdb (the embedded ClickHouse)"
  local free
  free="$(df --output=avail -k "$deps" | tail -n 1)"
  [[ "$free" -ge 900000 ]] || fail "libchdb (the embedded ClickHouse) needs 900 MB in $deps while it is unpacked, $((free / 1024)) MB are free; make room or set STREAMENGINE_DEPS to another disk"
  say "fetching libchdb $chdb_version (178 MB; 540 MB once unpacked)"
  local unpacked="$deps/chdb/unpacking"
  rm -rf "$unpacked"
  mkdir -p "$unpacked"
  npm_package "$chdb_package" "$chdb_version" "$chdb_sha512" "$unpacked/package.tgz"
  tar xzf "$unpacked/package.tgz" -C "$unpacked" --strip-components=1 package/libchdb.so package/package.json ||
    fail "$chdb_package@$chdb_version could not be unpacked in $unpacked"
  rm "$unpacked/package.tgz"
  printf '%s\n' "libchdb $chdb_version, from the npm package $chdb_package." \
    "Licence: Apache-2.0 (the licence named in package.json beside this file); https://github.com/chdb-io/chdb" >"$unpacked/LICENCE.txt"
  rm -rf "$chdb_folder"
  mv "$unpacked" "$chdb_folder"
  stamp chdb "$chdb_version"
}
