# shellcheck shell=bash disable=SC2034,SC2154 # one program in several files
# One boot: start qemu, wait for its end or for the time limit, judge what came of it.
#
# Theory of operation: qemu runs below `timeout`, which ends it even if this script was killed; and it is sent SIGTERM by
# the kernel when this script dies (pdeathsig). Its stdout is the guest's first port. What the second port said is read
# when the machine is gone: no protocol is needed while it runs.

# Boots $image with the job in $work/job and returns when the guest has said all it had to say on its ports.
# Exits 124 at the limit and 125 when the guest ended without its end mark.
boot() { # SECONDS
  image_directory
  make_job_disk
  make_scratch_disk
  make_payload_disk
  start_machine "$1"
  local status=0
  wait "$machine" || status=$?
  machine=''
  machine_status=$status
  if ! guest_has_ended; then
    keep_console
    [[ ${boot_may_fail:-no} == no ]] || return 0
    ((status != 124)) || die "the time limit of $1 s was reached" 124
    die "the machine ended without an answer (qemu: $status)"
  fi
}

start_machine() { # SECONDS
  local drive=if=virtio,format=raw,cache=unsafe
  # -cpu: five-level page tables cost emulation time and prove nothing; so do the mitigations on the command line
  # shellcheck disable=SC2054 # lsm= wants commas
  local words=(
    console=ttyS0 root=/dev/vda rw quiet loglevel=4 panic=-1 psi=1 mitigations=off
    maxcpus=1 noreplace-smp
    lsm=landlock,lockdown,yama,integrity,bpf systemd.show_status=auto
  )
  : >"$work/control"
  # an input that never ends: at its end qemu would close the guest's first port
  [[ -p $work/stdin ]] || mkfifo "$work/stdin"
  TMPDIR=$work setpriv --pdeathsig TERM timeout --kill-after=5 "$1" \
    qemu-system-x86_64 -accel tcg,thread=multi -cpu max,la57=off -smp 2 -m "$memory" \
    -nodefaults -no-user-config -no-reboot -display none \
    -kernel "$image/vmlinuz-$kernel" -initrd "$image/initrd-$kernel" -append "${words[*]}" \
    -drive "file=$image/root.ext4,snapshot=on,$drive" \
    -drive "file=$work/job.img,$drive" \
    -drive "file=$work/scratch.img,$drive" \
    -drive "file=$work/payload.img,$drive" \
    -serial "file:$work/console" \
    -device virtio-serial-pci \
    -chardev stdio,id=output,signal=off -device virtserialport,chardev=output,nr=1 \
    -chardev "file,id=control,path=$work/control" -device virtserialport,chardev=control,nr=2 \
    <>"$work/stdin" 2>"$work/qemu.log" &
  machine=$!
}

# SIGTERM to `timeout` goes on to qemu; what does not end by it, ends by timeout's --kill-after.
stop_machine() {
  [[ -n ${machine:-} ]] || return 0
  kill -TERM "$machine" 2>/dev/null || true
  wait "$machine" 2>/dev/null || true
  machine=''
}

# The end mark is the last line of the control port: "exit CODE".
guest_has_ended() { tail -n 1 "$work/control" 2>/dev/null | grep -aqE '^exit [0-9]+$'; }

exit_code_from_guest() { tail -n 1 "$work/control" | cut -d ' ' -f 2; }

keep_console() {
  local directory
  directory=$(cache_directory)/failed
  mkdir -p "$directory"
  local log
  log=$directory/$(date +%Y%m%d-%H%M%S)-$$.log
  cat "$work/qemu.log" "$work/console" >"$log" 2>/dev/null || true
  # the ten newest are enough
  find "$directory" -name '*.log' -printf '%T@ %p\0' | sort -znr | tail -zn +11 | cut -zd ' ' -f 2- | xargs -0r rm -f
  { tail -n 25 "$log" | tr -d '\r'; printf 'scripts/vm: the whole console: %s\n' "$log"; } >&2
}
