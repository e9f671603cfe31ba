#!/usr/bin/env bash
# deploy/publish.sh FOLDER [SHIPPED-FOLDER...]: the program and what it ships with, into FOLDER.
# WITH_MLNET=true: with the operator that runs models through the package Microsoft.ML.
# RUNTIME=linux-x64: for that platform alone, without the native libraries of the others.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder="$1"
shift

echo "build: publishing to $folder" >&2
# Into a new folder that then takes the old one's place: a running program keeps its files, and nothing stale stays.
new="$folder.new"
rm -rf "$new"
dotnet publish deploy/StreamEngine.Cli -c Release -o "$new" --nologo -v quiet -p:TieredPGO=true ${WITH_MLNET:+-p:WithMLNet=true} ${RUNTIME:+-r "$RUNTIME" --self-contained false}
for shipped in "$@"; do
  cp -r "$shipped" "$new/"
done
rm -rf "$folder"
mv "$new" "$folder"
