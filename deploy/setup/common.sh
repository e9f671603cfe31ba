# What the steps of deploy/setup.sh share. Each step NAME defines NAME_done (is it there already?) and NAME_get.

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
  printf 'setup: error: %s\n' "$*" >&2
  exit 1
}

# stamped NAME KEY: true when NAME was done with exactly this key.
stamped() { [[ -f "$stamps/$1" && "$(<"$stamps/$1")" == "$2" ]]; }
stamp() { printf '%s\n' "$2" >"$stamps/$1"; }

# The line of a log that says most about a failure, without the noise around it.
reason_in() {
  local line
  line="$(grep -m1 -E '^E: |npm (error|ERR!) |error [A-Z]+[0-9]+:' "$1" ||
    grep -m1 -iE 'error|unable|cannot|could not|denied|refused' "$1" || tail -n 1 "$1")"
  line="${line#"${line%%[![:space:]]*}"}"
  printf '%s' "${line:0:300}"
}

need_npm() {
  command -v npm >/dev/null || fail "npm is missing, and $1 comes from the npm registry; install Node.js 20 or newer with npm (Debian: apt-get install npm), then try again"
}

# npm_package NAME VERSION SHA512 FILE: fetches one package from the npm registry into FILE and checks what it holds.
npm_package() {
  local name="$1" version="$2" sum="$3" file="$4" folder log
  folder="$(mktemp -d "$deps/fetch.XXXXXX")"
  log="$logs/npm-${name//[@\/]/-}.log"
  if ! (cd "$folder" && npm pack --silent --fetch-retries=2 --fetch-retry-mintimeout=1000 "$name@$version") >"$log" 2>&1 </dev/null; then
    (cd "$folder" && npm view --fetch-retries=0 "$name@$version" version) >>"$log" 2>&1 </dev/null || true
    rm -rf "$folder"
    fail "the npm registry did not give $name@$version ($(reason_in "$log")); check the network, proxy and npm settings, then try again; all of npm's output: $log"
  fi
  mv "$folder"/*.tgz "$file"
  rm -rf "$folder"
  if ! printf '%s  %s\n' "$sum" "$file" | sha512sum --check --status; then
    rm -f "$file"
    fail "$name@$version from the npm registry is not the package that was expected (its SHA-512 differs from the one in deploy/setup/); nothing of it was used"
  fi
}

# What a feed's answer depends on: which feeds this user's NuGet asks.
feeds_key() {
  { cat "$HOME/.nuget/NuGet/NuGet.Config" "$repo"/[Nn]u[Gg]et.[Cc]onfig 2>/dev/null || true; } | cksum
}

# feed_serves PACKAGE VERSION: asks the user's own package feeds, and only those.
feed_serves() {
  local package="$1" version="$2" probe log="$logs/probe-$1.log" answer=0
  say "asking the NuGet feed for $package $version"
  probe="$(mktemp -d "$deps/probe.XXXXXX")"
  cat >"$probe/probe.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageDownload Include="$package" Version="[$version]" /></ItemGroup>
</Project>
PROJECT
  cp "$repo"/[Nn]u[Gg]et.[Cc]onfig "$probe/" 2>/dev/null || true
  printf '<Project />\n' | tee "$probe/Directory.Build.props" "$probe/Directory.Build.targets" >"$probe/Directory.Packages.props"
  (cd "$probe" && dotnet restore -nodeReuse:false --nologo -v minimal) >"$log" 2>&1 </dev/null || answer=$?
  rm -rf "$probe"
  [[ "$answer" == 0 ]] && return 0
  grep -qE 'NU110[0-9]' "$log" && return 1
  fail "NuGet could not ask its package feed ($(reason_in "$log")); check the network, proxy and NuGet settings, then try again; all of its output: $log"
}

# debian_packages WHAT-FOR PACKAGE...: installs them, or ends with what is missing.
debian_packages() {
  debian_root "$@"
  debian_install "$@" || debian_refused "${@:2}"
}

# debian_root WHAT-FOR PACKAGE...: finds out how to become root, or ends with what to install by hand.
debian_root() {
  local what="$1 needs the Debian packages: ${*:2}"
  command -v apt-get >/dev/null || fail "$what; there is no apt-get here, install their counterparts by hand, then try again"
  as_root=()
  [[ "$(id -u)" == 0 ]] && return
  command -v sudo >/dev/null || fail "$what; this user is not root and there is no sudo; have them installed, then try again"
  as_root=(sudo)
  [[ -t 0 ]] || as_root=(sudo -n)
  "${as_root[@]}" true 2>/dev/null || fail "$what; sudo asks for a password, which nobody can type here; install them, then try again"
}

# debian_install WHAT-FOR PACKAGE...: installs through apt-get, refreshing its lists only if it must. Needs debian_root first.
debian_install() {
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends -o Acquire::Retries=2)
  say "installing ${*:2} ($1)"
  "${apt[@]}" install "${@:2}" >"$logs/apt-get.log" 2>&1 </dev/null && return
  "${apt[@]}" update >"$logs/apt-get.log" 2>&1 </dev/null || true
  "${apt[@]}" install "${@:2}" >>"$logs/apt-get.log" 2>&1 </dev/null
}

debian_refused() {
  fail "apt-get could not install $* ($(reason_in "$logs/apt-get.log")); install them by hand, then try again; all of its output: $logs/apt-get.log"
}
