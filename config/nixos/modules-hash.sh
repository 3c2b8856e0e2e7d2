#!/bin/sh
# After a change of dependencies: writes into package.nix what npm installs now. Needs npm and nix-hash.
#
#   sh config/nixos/modules-hash.sh
set -eu
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp package.json package-lock.json .npmrc "$folder"
(cd "$folder" && HOME="$folder" npm ci --omit=dev --ignore-scripts --os=linux --cpu=x64 --libc=glibc > /dev/null)
mkdir "$folder/out"
mv "$folder/node_modules" "$folder/out/"
rm -rf "$folder/out/node_modules/.package-lock.json" "$folder/out/node_modules/.bin"
hash=$(nix-hash --type sha256 --base32 "$folder/out")
packages=$(node -e '
  const { packages } = JSON.parse(require("node:fs").readFileSync("package-lock.json", "utf8"))
  const held = Object.entries(packages).filter(([name, { dev }]) => name && !dev)
  const rows = held.map(([name, { version, integrity }]) => [name, version, integrity])
  console.log(require("node:crypto").createHash("sha256").update(JSON.stringify(rows)).digest("hex").slice(0, 16))')
sed -i -e "s/modulesHash ? \"[^\"]*\"/modulesHash ? \"sha256:$hash\"/" \
  -e "s/^# Packages: .*/# Packages: $packages/" config/nixos/package.nix
echo "sha256:$hash, packages $packages"
