# shellcheck shell=bash disable=SC2034,SC2154 # one program in several files
# What one boot is made of: the work directory and the raw disks in it. No mounts, no loop devices, no root needed.

# Sets $work, a directory that goes away with this script, or, if that was killed outright, at the next call: its owner
# (and its qemu) holds a lock on it.
prepare_work() {
  local stale
  while IFS= read -r -d '' stale; do
    flock -n "$stale" rm -rf "${stale%/lock}" || true
  done < <(find "${TMPDIR:-/tmp}" -mindepth 2 -maxdepth 2 -path '*/hutch-vm.??????/lock' -mmin +1 -print0 2>/dev/null)
  work=$(mktemp -d "${TMPDIR:-/tmp}/hutch-vm.XXXXXX")
  exec 7>"$work/lock"
  flock 7
  machine=''
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

clean_up() {
  local status=$?
  trap '' INT TERM HUP
  stop_machine
  rm -rf "$work"
  exit "$status"
}

# The job: what the guest's agent is to do, and the agent itself.
make_job() { # run|suite
  mkdir "$work/job"
  cp "$here"/guest-*.sh "$work/job/"
  chmod 755 "$work/job"/guest-*.sh
  printf '%s\n' "$1" >"$work/job/kind"
}

make_job_disk() {
  tar -C "$work/job" --owner=0 --group=0 -cf "$work/job.img" .
}

# The file system is on a partition on purpose: io.max takes whole disks only, and whoever sets it must find the disk.
make_scratch_disk() {
  local disk=$work/scratch.img start=1 size=255   # MiB
  rm -f "$disk"
  truncate -s $((start + size))M "$disk"
  printf 'start=%dMiB, size=%dMiB, type=83\n' "$start" "$size" | sfdisk -q --label dos "$disk"
  mke2fs -q -F -t ext4 -m 0 -E offset=$((start << 20)) "$disk" ${size}M
}

# A payload of N MiB gets a disk of N + N/4 + 32 MiB or more: mke2fs does not size a file system by its contents.
make_payload_disk() {
  local source=${payload:-} size files
  if [[ -z $source ]]; then source=$work/empty; mkdir -p "$source"; fi
  size=$(du -sm --apparent-size "$source/" | cut -f1)
  files=$(find "$source/" | wc -l)
  rm -f "$work/payload.img"
  truncate -s $((size + size / 4 + files / 200 + 32))M "$work/payload.img"
  mke2fs -q -F -t ext4 -O ^has_journal -m 0 -N $((files + 64)) -d "$source" "$work/payload.img"
}
