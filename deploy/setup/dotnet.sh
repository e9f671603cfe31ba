# The .NET SDK itself is not installed here: which one, and where from, is for the owner of the machine to say.

# Asking dotnet takes a noticeable part of a second, so the answer is kept for as long as the program stays the same file.
dotnet_key() {
  stat -L -c '%n %s %Y' "$(command -v dotnet)"
  cksum <"$repo/global.json"
}

dotnet_done() { command -v dotnet >/dev/null && stamped dotnet "$(dotnet_key)"; }

dotnet_get() {
  local how="install the .NET SDK 10 (Debian: the package dotnet-sdk-10.0 from Microsoft's package feed, or dotnet-install.sh), then try again"
  command -v dotnet >/dev/null || fail "the program dotnet is missing; $how"
  (cd "$repo" && dotnet --version) >"$logs/dotnet.log" 2>&1 ||
    fail "dotnet is here, but not an SDK of the version that global.json asks for; $how"
  stamp dotnet "$(dotnet_key)"
}
