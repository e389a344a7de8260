# shellcheck shell=bash disable=SC2034,SC2154 # one program in several files
# The cached image: where it lives, when it is built, how.
#
# One directory per recipe holds root.ext4, vmlinuz-K and initrd-K for both kernels. It is made beside its final place and
# renamed into it, under a lock, so a second caller waits instead of building again and nobody ever sees half an image.
# A machine holds a shared lock on its image; an image of another recipe is removed only when nobody holds one.
# Must never: change anything outside the cache and the work directory, or name a package mirror: the sources are those of
# this machine, and mmdebstrap's own default without them.

image_packages=(
  systemd systemd-sysv dbus dbus-user-session libpam-systemd kmod iproute2 procps util-linux login passwd strace
  python3 python3-minimal e2fsprogs bash busybox-static uidmap
  # what hutch links
  libfmt9 libre2-9 libsystemd0 libcap2 libseccomp2 libpugixml1v5 libsqlite3-0 libstdc++6
)

cache_directory() { printf '%s\n' "${HUTCH_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hutch/vm}"; }

recipe_key() { cat "$here/image.sh" "$here/customize.sh" | sha256sum | cut -c1-16; }

# Sets $image, the directory of the image, and leaves descriptor 8 holding a shared lock on it until this script ends.
image_directory() {
  local cache
  cache=$(cache_directory)
  image=$cache/$(recipe_key)
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if [[ ! -e $image/root.ext4 ]]; then
    build_image "$cache" || die 'the image could not be built'
    remove_other_images "$cache"
  fi
  exec 8<"$image/root.ext4"
  flock -s 8
  exec 9>&-
}

remove_other_images() {
  local other
  for other in "$1"/*/root.ext4; do
    [[ ${other%/root.ext4} != "$image" ]] || continue
    flock -n "$other" rm -rf "${other%/root.ext4}" || true
  done
  rm -rf "$1"/new.??????   # left by builders that were killed: we hold the lock, so none is alive
}

remove_cache() {
  local cache
  cache=$(cache_directory)
  rm -rf "$cache"/????????????????/ "$cache"/new.?????? "$cache"/failed "$cache"/lock
  rmdir "$cache" 2>/dev/null || true
}

# Runs a command as root, or as the root of a user namespace that has our sub-uids.
as_root() {
  if ((EUID == 0)); then "$@"; else unshare --user --map-auto --map-root-user "$@"; fi
}

# Copies Debian's own stanzas for bookworm, -updates and -security from this machine's sources to $1.sources, $1.list.
# Another vendor's stanza may say "bookworm" too; Debian's have the component main and Debian's keyring, or none.
copy_debian_sources() {
  local suites='bookworm(-updates|-security)?'
  cat /dev/null /etc/apt/sources.list.d/*.sources 2>/dev/null | sed '/^#/d' | awk -v RS= -v ORS='\n\n' -v suites="$suites" '
    function field(name, line) {
      if (!match($0, "(^|\n)" name ":[^\n]*")) return ""
      line = substr($0, RSTART, RLENGTH); sub(/^\n?[^:]*:[ \t]*/, "", line); sub(/[ \t]+$/, "", line)
      return line
    }
    field("Types") ~ /^deb( |$)/ && field("Suites") ~ ("^(" suites " *)+$") && field("Components") ~ /^main( |$)/ &&
    field("Enabled") != "no" && (field("Signed-By") == "" || field("Signed-By") ~ /debian-archive/)' >"$1.sources" || true
  cat /dev/null /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    grep -E "^deb +(\[[^]]*\] +)?[^ ]+ +$suites +main( |\$)" >"$1.list" || true
}

build_image() (
  need_tools mmdebstrap mke2fs tar xz
  ((EUID == 0)) || need_tools unshare newuidmap
  new=$(mktemp -d "$1/new.XXXXXX")
  # errexit is off in here (the caller tests us), hence the chain
  trap 'as_root rm -rf "$new"' EXIT
  trap 'exit 143' TERM INT HUP
  copy_debian_sources "$new/apt"
  sources=()
  for list in "$new/apt.sources" "$new/apt.list"; do [[ ! -s $list ]] || sources+=("$list"); done
  printf 'scripts/vm: building the image (once, about a minute)\n' >&2
  if ! mmdebstrap --quiet --variant=minbase --format=tar --skip=output/dev \
    --include="$(IFS=,; printf '%s' "${image_packages[*]}")" --aptopt='Apt::Install-Recommends "false"' \
    --customize-hook="bash '$here/customize.sh' \"\$1\"" \
    bookworm "$new/root.tar" "${sources[@]}" >"$new/log" 2>&1 </dev/null 8>&- 9>&-; then
    tail -n 30 "$new/log" >&2
    exit 1
  fi
  # shellcheck disable=SC2016 # the inner shell expands
  as_root bash -euc '
    cd "$1"; mkdir root; tar -xf root.tar -C root --exclude="./dev/*"; rm root.tar; mkdir -p root/{dev,proc,sys,run}
    mv root/boot/vmlinuz-* root/boot/initrd-* .; chmod a+r vmlinuz-*
    truncate -s 2G root.ext4; mke2fs -q -F -t ext4 -O ^has_journal -m 0 -d root root.ext4
    rm -rf root apt.* log' bash "$new" || exit 1
  chmod 755 "$new" && mv -T "$new" "$image"
)
