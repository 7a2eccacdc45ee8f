#!/bin/sh
# Checks what `make dist` has built, as those who install it would: runs the executable alone in an empty root as process 1, and installs,
# runs, upgrades, removes and purges the .deb in a copy of this system.
#
# Both need root and Linux, the second also Debian's dpkg and overlayfs; what cannot be checked is said, and a failure with REQUIRE=1.
# DEBIAN_ROOT=DIR installs into a copy of another system, for instance one that `debootstrap bullseye DIR` has made.
set -eu
cd "$(dirname "$0")/.."
image=target/image
work=$(mktemp -d)
pid=

# The folder is a file system of its own: an overlay must not lie on another overlay, as the root of a container is.
cleanup() {
  [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
  # Lazily: a program that was just killed may keep them busy for a moment.
  ! mountpoint -q "$work/disk" || umount --recursive --lazy "$work/disk"
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

step() { echo "==> $1"; }
fail() { echo "check-dist: $1" >&2; [ ! -s "$work/log" ] || sed 's/^/  log: /' "$work/log" >&2; exit 1; }
skip() { echo "check-dist: $1"; [ "${REQUIRE:-0}" = 0 ] || exit 1; }

# Starts the program with a root folder, a user and settings, as process 1 of its own. Sets `pid` and `address`.
start() {
  root=$1 user=$2
  shift 2
  : >"$work/ready"
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@" CHORUS_LISTEN=127.0.0.1:0 \
    unshare --fork --pid --kill-child chroot --userspec="$user" "$root" /usr/bin/chorus >"$work/ready" 2>"$work/log" &
  pid=$!
  tries=0
  until grep -q '^Chorus is ready' "$work/ready"; do
    kill -0 "$pid" 2>/dev/null || fail "the program does not start"
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || fail "the program is not ready after 30 seconds"
    sleep 0.1
  done
  address=$(sed -n 's|^Chorus is ready: http://||p' "$work/ready")
}

is_healthy() {
  chroot --userspec="$2" "$1" /usr/bin/chorus health --listen "$address" || fail "chorus health fails"
}

# Sends SIGTERM to process 1, whose signals without a handler the kernel drops, and expects exit code 0.
stop() {
  kill -TERM "$(ps -o pid= --ppid "$pid" | tr -d ' ')"
  code=0
  wait "$pid" || code=$?
  pid=
  [ "$code" = 0 ] || fail "exit code $code after SIGTERM"
}

check_archive() {
  step "The archive: a program that runs, and each configuration of a proxy that its document names"
  archive=$(find target/artifacts -name '*.tar.gz' | head -n 1)
  [ -n "$archive" ] || fail "there is no archive"
  mkdir "$work/archive"
  tar -xzf "$archive" --strip-components=1 --directory "$work/archive"
  "$work/archive/chorus" --version
  named=$(grep -oE 'deploy/(nginx|Caddyfile)[a-z.-]*' "$work/archive/OPERATIONS.md" | sort -u)
  [ -n "$named" ] || fail "OPERATIONS.md names no configuration of a proxy"
  for file in $named; do
    [ -f "$work/archive/$file" ] || fail "$file is not in the archive"
  done
}

check_image() {
  step "The image: one file, without a shell, as user 10001 and process 1"
  mkdir "$work/image"
  cp -a $image/files/. "$work/image/"
  cp -a $image/owned/. "$work/image/"
  chown -R 10001:10001 "$work/image/data"
  start "$work/image" 10001:10001 CHORUS_DATABASE_URL=sqlite:///data/chorus.db
  is_healthy "$work/image" 10001:10001
  ! command -v curl >/dev/null || curl --fail --silent "http://$address/t/lobby" | grep -q '\.wasm' || fail "the page is not inside"
  [ "$(stat -c %u "$work/image/data/chorus.db")" = 10001 ] || fail "the database has another owner"
  stop
  chroot "$work/image" /usr/bin/chorus --version
}

# Installs the package into a copy of this system: writes go into memory.
check_deb() {
  deb=$(find target/artifacts -name '*.deb' | head -n 1)
  [ -n "$deb" ] || { skip "There is no .deb: it is not checked."; return; }
  command -v dpkg >/dev/null || { skip "There is no dpkg: the .deb is not checked."; return; }
  twice=$(dpkg-deb --info "$deb" conffiles | sort | uniq -d)
  [ -z "$twice" ] || fail "listed twice as a file of settings: $twice"
  mkdir "$work/disk"
  mount -t tmpfs -o mode=755 tmpfs "$work/disk"
  mkdir "$work/disk/upper" "$work/disk/work" "$work/disk/root"
  root=$work/disk/root
  mount -t overlay overlay -o "lowerdir=${DEBIAN_ROOT:-/},upperdir=$work/disk/upper,workdir=$work/disk/work" "$root" \
    || { skip "Overlays cannot be mounted: the .deb is not checked."; return; }
  mount -t proc proc "$root/proc"
  mkdir -p "$root/dev"
  [ -c "$root/dev/null" ] || mknod -m 666 "$root/dev/null" c 1 3
  cp "$deb" "$root/chorus.deb"

  step "Install"
  chroot "$root" dpkg --install /chorus.deb
  unit=$(chroot "$root" dpkg --listfiles chorus | grep 'chorus\.service$') || fail "the unit is not in the package"
  check_unit "$unit"
  start_installed
  publish
  stop

  step "Upgrade: settings that were changed and messages stay"
  echo '#changed' >>"$root/etc/chorus/chorus.env"
  dpkg-deb --raw-extract "$deb" "$work/next"
  sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
  echo '# New in the next version.' >>"$work/next/etc/chorus/chorus.env"
  dpkg-deb --root-owner-group -Zgzip --build "$work/next" "$root/next.deb" >/dev/null
  chroot "$root" dpkg --force-confdef --force-confold --install /next.deb
  grep -q '^#changed' "$root/etc/chorus/chorus.env" || fail "the upgrade has replaced changed settings"
  start_installed
  has_message
  stop

  step "Remove, and purge"
  chroot "$root" dpkg --remove chorus
  [ ! -e "$root/usr/bin/chorus" ] || fail "the executable is left"
  [ -e "$root/etc/chorus/chorus.env" ] || fail "settings are gone before they are purged"
  chroot "$root" dpkg --purge chorus
  [ ! -e "$root/etc/chorus/chorus.env" ] || fail "settings are left"
  [ -s "$root/var/lib/private/chorus/chorus.db" ] || fail "the messages are gone"
}

check_unit() {
  [ -x "$root/usr/bin/systemd-analyze" ] || { skip "There is no systemd-analyze: the unit is not checked."; return; }
  wrong=$(chroot "$root" systemd-analyze verify --man=no chorus.service 2>&1) || fail "$wrong"
  chroot "$root" systemd-analyze --version | head -n 1
  # Before systemd 250, as on Debian 11, only units that run can be rated.
  chroot "$root" systemd-analyze --help | grep -q -e '--offline' \
    || { skip "This systemd-analyze rates no unit that does not run: its exposure is not checked."; return; }
  # A tenth of the threshold is the exposure, from 0 (safe) to 10.
  chroot "$root" systemd-analyze security --offline=true --threshold=20 --no-pager "$1" >"$work/security" 2>&1 \
    || fail "$(tail -n 3 "$work/security")"
  tail -n 1 "$work/security"
}

# As the unit does, by hand: no systemd runs here.
start_installed() {
  mkdir -p "$root/var/lib/private/chorus"
  chown 64999:64999 "$root/var/lib/private/chorus"
  chmod 755 "$root/var/lib/private"
  start "$root" 64999:64999 CHORUS_DATABASE_URL=sqlite:///var/lib/private/chorus/chorus.db
  is_healthy "$root" 64999:64999
}

api() { curl --fail --silent --cookie "$work/jar" --cookie-jar "$work/jar" "$@"; }

# Needs curl; without it, only the file of the database is compared.
publish() {
  command -v curl >/dev/null || { skip "There is no curl: no message is published."; return; }
  api --data '{"name":"Ann"}' "http://$address/api/v1/session" >/dev/null || fail "there is no session"
  api --header 'Idempotency-Key: 5b2f9c1e-3d4a-4f6b-8a7c-1e2d3c4b5a69' --data '{"body":"Kept by the upgrade"}' \
    "http://$address/api/v1/topics/lobby/messages" >/dev/null || fail "a message is refused"
}

has_message() {
  ! command -v curl >/dev/null || curl --fail --silent "http://$address/t/lobby" | grep -q 'Kept by the upgrade' \
    || fail "the message of the version before is gone"
}

[ -d $image ] || fail "make dist first"
executable=$image/files/usr/bin/chorus
deploy/check-executable.sh $executable
(cd target/artifacts && sha256sum --check --quiet SHA256SUMS-*) || fail "a checksum is wrong"
check_archive
if [ "$(uname)" != Linux ] || [ "$(id -u)" != 0 ]; then
  skip "Without root on Linux, neither the image nor the .deb is checked."
  exit 0
fi
check_image
check_deb
step "All is well"
