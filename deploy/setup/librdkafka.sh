# librdkafka: the native part of Confluent.Kafka, in the NuGet package librdkafka.redist.
# Where the NuGet feed at hand does not serve that package, a stand-in for it is built from source and put into
# $deps/feed, which Directory.Build.props adds to the package sources. Its version has a fourth digit, so that NuGet
# prefers the real package wherever both can be had. After a change of how it is built, raise that digit: NuGet keeps
# what it once unpacked under a version.

librdkafka_version=2.15.1
librdkafka_stand_in=2.15.1.1
librdkafka_source_package=@confluentinc/kafka-javascript
librdkafka_source_version=1.10.1
librdkafka_source_sha512=29578f5019f6d44a8254ff667f1cc4b8cdd26091c7105ed7fa2882d9ee374108034b211a92c2279821a8a13df0e6af9c340764482acaef58f42027eaa12a992f
librdkafka_nupkg="$deps/feed/librdkafka.redist.$librdkafka_stand_in.nupkg"

librdkafka_done() {
  local key
  key="$librdkafka_version $(feeds_key)"
  stamped librdkafka "served $key" || { stamped librdkafka "built $librdkafka_stand_in $key" && [[ -f "$librdkafka_nupkg" ]]; }
}

librdkafka_get() {
  local key
  key="$librdkafka_version $(feeds_key)"
  if feed_serves librdkafka.redist "$librdkafka_version"; then
    stamp librdkafka "served $key"
    return
  fi
  [[ -f "$librdkafka_nupkg" ]] || librdkafka_build
  stamp librdkafka "built $librdkafka_stand_in $key"
}

librdkafka_build() {
  local work log="$logs/librdkafka-build.log" rid
  case "$(uname -sm)" in
    "Linux x86_64") rid=linux-x64 ;;
    "Linux aarch64") rid=linux-arm64 ;;
    *) fail "the NuGet feed at hand does not serve librdkafka.redist $librdkafka_version, and it is built from source on Linux only, not on $(uname -sm); use a feed that serves it" ;;
  esac
  librdkafka_tools
  need_npm "the source of librdkafka, which the NuGet feed at hand does not serve,"
  say "fetching the source of librdkafka $librdkafka_version: the NuGet feed at hand does not serve librdkafka.redist"
  work="$(mktemp -d "$deps/build.XXXXXX")"
  npm_package "$librdkafka_source_package" "$librdkafka_source_version" "$librdkafka_source_sha512" "$work/source.tgz"
  say "building librdkafka $librdkafka_version (about a minute)"
  if ! librdkafka_compile "$work" "$rid" >"$log" 2>&1 </dev/null; then
    rm -rf "$work"
    fail "librdkafka could not be built ($(reason_in "$log")); all of the compiler's output: $log"
  fi
  mkdir -p "$deps/feed"
  mv "$work/out/librdkafka.redist.$librdkafka_stand_in.nupkg" "$librdkafka_nupkg"
  rm -rf "$work"
}

# What the build needs: looked for as files and programs, so that it works on other systems than Debian too.
librdkafka_tools() {
  local packages=()
  command -v gcc >/dev/null || packages+=(gcc)
  command -v g++ >/dev/null || packages+=(g++)
  command -v make >/dev/null || packages+=(make)
  command -v strip >/dev/null || packages+=(binutils)
  librdkafka_header stdlib.h || packages+=(libc6-dev)
  librdkafka_header zstd.h || packages+=(libzstd-dev)
  librdkafka_header openssl/ssl.h || packages+=(libssl-dev)
  librdkafka_header zlib.h || packages+=(zlib1g-dev)
  [[ ${#packages[@]} == 0 ]] || debian_packages "building librdkafka, which the NuGet feed at hand does not serve," "${packages[@]}"
}

librdkafka_header() {
  command -v gcc >/dev/null && printf '#include <%s>\n' "$1" | gcc -E -x c - >/dev/null 2>&1
}

librdkafka_compile() ( # WORK RID: leaves the package in WORK/out
  set -e
  work="$1"
  mkdir "$work/source" "$work/out"
  tar xzf "$work/source.tgz" -C "$work/source" --strip-components=3 package/deps/librdkafka
  cd "$work/source"
  ./configure --disable-lz4-ext --disable-syslog --disable-curl --disable-gssapi
  for feature in WITH_ZLIB WITH_SSL WITH_ZSTD WITH_SASL_SCRAM; do
    grep -q "define $feature 1" config.h || { echo "error: librdkafka was configured without $feature"; exit 1; }
  done
  make -C src -j"$(nproc)" librdkafka.so.1
  strip --strip-unneeded -o "$work/librdkafka.so" src/librdkafka.so.1
  cp LICENSES.txt "$work/"
  cp "$repo/deploy/setup/librdkafka.redist.csproj" "$work/"
  printf '<Project />\n' | tee "$work/Directory.Build.props" "$work/Directory.Build.targets" >"$work/Directory.Packages.props"
  cd "$work"
  dotnet pack librdkafka.redist.csproj -nodeReuse:false --nologo -v minimal \
    -p:PackageVersion="$librdkafka_stand_in" -p:NativeRuntime="$2" -o "$work/out"
)
