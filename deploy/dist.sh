#!/bin/sh
# Packs an executable that `make dist` has built, into target/artifacts. Usage: dist.sh TARGET
#
# Files whose tool is not installed are left out, and said: the .deb (cargo-deb), the SBOM (cargo-cyclonedx), the texts of the licences
# (cargo-about). With REQUIRE_TOOLS=1 that is a failure, as for a release.
set -eu
cd "$(dirname "$0")/.."
target=$1
arch=${target%%-*}
executable=target/$target/dist/chorus
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
name=chorus-$version-$arch-linux
out=target/artifacts
# Times in archives are those of the commit, so that the same commit makes the same archive.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH="$epoch"

missing() {
  echo "==> $1 is left out: there is no $2 (cargo install $2)"
  [ "${REQUIRE_TOOLS:-0}" = 0 ] || exit 1
}

licences() {
  mkdir -p target/licences
  if command -v cargo-about >/dev/null; then
    echo "==> Licences of dependencies"
    cargo about generate --workspace --config deploy/licences/about.toml --output-file target/licences/THIRD-PARTY.txt \
      deploy/licences/third-party.hbs
    return
  fi
  missing "The text of dependencies' licences" cargo-about
  cargo tree --locked --package server --package frontend --target all --edges normal --prefix none --format '{p}: {l}' \
    | sed 's/ (\/.*)//; s/ (\*)$//' | sort -u >target/licences/THIRD-PARTY.txt
}

# cargo-cyclonedx writes a file beside each Cargo.toml of the workspace.
sbom() {
  command -v cargo-cyclonedx >/dev/null || { missing "The SBOM" cargo-cyclonedx; return; }
  echo "==> SBOM"
  cargo cyclonedx --quiet --manifest-path server/Cargo.toml --format json --target "$target" --override-filename chorus-sbom
  mv server/chorus-sbom.json "$out/$name.cdx.json"
  git ls-files '*Cargo.toml' | while read -r manifest; do rm -f "$(dirname "$manifest")/chorus-sbom.json"; done
}

archive() {
  echo "==> Archive"
  files=$(mktemp -d)
  mkdir -p "$files/$name/deploy"
  cp "$executable" LICENSE-MIT CHANGELOG.md target/licences/THIRD-PARTY.txt docs/OPERATIONS.md docs/SETTINGS.md "$files/$name/"
  cp -r deploy/systemd "$files/$name/"
  # By the names that OPERATIONS.md uses.
  cp deploy/nginx*.conf deploy/Caddyfile* "$files/$name/deploy/"
  tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" --directory "$files" "$name" \
    | gzip -9n >"$out/$name.tar.gz"
  rm -r "$files"
}

# The files of the container image, also those that an empty image lacks. The folder is the context of deploy/Containerfile.
image() {
  echo "==> Files of the container image: target/image"
  rm -rf target/image
  mkdir -p target/image/files/usr/bin target/image/files/etc/ssl/certs target/image/files/usr/share/doc/chorus
  install -d -m 1777 target/image/files/tmp
  install -d -m 0750 target/image/owned/data
  cp deploy/Containerfile target/image/Dockerfile
  install -m 755 "$executable" target/image/files/usr/bin/chorus
  cp LICENSE-MIT target/licences/THIRD-PARTY.txt target/image/files/usr/share/doc/chorus/
  echo 'chorus:x:10001:10001::/data:/usr/sbin/nologin' >target/image/files/etc/passwd
  echo 'chorus:x:10001:' >target/image/files/etc/group
  # Encrypted lines to PostgreSQL and NATS trust whom the system trusts.
  certificates=/etc/ssl/certs/ca-certificates.crt
  if [ -f $certificates ]; then
    cp $certificates target/image/files/etc/ssl/certs/
  else
    missing "The image's list of certificate authorities" ca-certificates
  fi
}

deb() {
  command -v cargo-deb >/dev/null || { missing "The .deb" cargo-deb; return; }
  echo "==> Debian package"
  # It depends on nothing, so it must be static.
  ! readelf --program-headers "$executable" | grep -q INTERP || { echo "The .deb needs a static executable." >&2; exit 1; }
  cargo deb --locked --package server --profile dist --target "$target" --no-build --no-strip --compress-system --output "$out/"
}

deploy/check-executable.sh "$executable"
rm -rf "$out"
mkdir -p "$out"
licences
sbom
archive
image
deb
# The names of other architectures come from other runs, so each run has its own list.
(cd "$out" && find . -type f ! -name 'SHA256SUMS*' -printf '%P\n' | sort | xargs sha256sum >"SHA256SUMS-$arch")
ls -l "$out"
