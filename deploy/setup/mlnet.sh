# mlnet: whether the NuGet feed at hand serves Microsoft.ML, which the optional project StreamEngine.Operators.MLNet
# needs. Nothing is installed: NuGet fetches the package when that project is built.

mlnet_version="$(sed -n 's/.*Include="Microsoft.ML" Version="\([^"]*\)".*/\1/p' "$repo/Directory.Packages.props")"

mlnet_done() {
  stamped mlnet "served $mlnet_version $(feeds_key)" || stamped mlnet "missing $mlnet_version $(feeds_key)"
}

mlnet_get() {
  if feed_serves Microsoft.ML "$mlnet_version"; then
    stamp mlnet "served $mlnet_version $(feeds_key)"
  else
    stamp mlnet "missing $mlnet_version $(feeds_key)"
  fi
}
