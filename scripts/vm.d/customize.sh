#!/usr/bin/env bash
# Turns a fresh Debian tree ($1) into the guest: user, units, kernels, initrds. Run by mmdebstrap as its customize hook,
# outside the tree, with root's rights over it.
#
# Theory of operation: the guest has no udev, no network and no login prompt; every unit that waits for one is masked,
# and what is not needed for a job is not started. The kernels are unpacked, not installed, as installing would bring an
# initramfs generator; the disks need half a dozen modules, so the initrd is a static busybox with exactly these.
# The agent's code is not in the image: the loader here takes it from the job disk.
set -euo pipefail
root=$1

make_user() {
  chroot "$root" useradd --create-home --uid 1000 --shell /bin/bash dev
  grep -q '^dev:' "$root/etc/subuid" || echo dev:100000:65536 | tee "$root/etc/subuid" >"$root/etc/subgid"
  mkdir -p "$root/var/lib/systemd/linger"
  touch "$root/var/lib/systemd/linger/dev"
}

configure() {
  echo vm >"$root/etc/hostname"
  printf '127.0.0.1 localhost vm\n::1 localhost\n' >"$root/etc/hosts"
  # a fixed identity: an empty one would make every boot a "first boot" that presets all units
  echo 6875746368766d0000000000000000ab >"$root/etc/machine-id"
  mkdir -p "$root/etc/systemd/journald.conf.d" "$root/hutch" "$root/scratch"
  printf '[Journal]\nStorage=volatile\n' >"$root/etc/systemd/journald.conf.d/volatile.conf"
  : >"$root/etc/fstab"
  local unit
  for unit in getty.target getty@tty1.service serial-getty@ttyS0.service console-getty.service \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
    systemd-tmpfiles-clean.timer systemd-timesyncd.service systemd-networkd.service systemd-resolved.service \
    systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-random-seed.service \
    systemd-remount-fs.service systemd-ask-password-wall.path systemd-ask-password-console.path \
    systemd-journal-flush.service systemd-sysusers.service systemd-binfmt.service systemd-pstore.service \
    proc-sys-fs-binfmt_misc.automount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount \
    dev-hugepages.mount modprobe@drm.service modprobe@efi_pstore.service modprobe@configfs.service \
    modprobe@dm_mod.service modprobe@loop.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
}

# The loader powers off whatever happens: a machine whose agent is broken must not sit until the host's time limit.
install_agent_loader() {
  cat >"$root/usr/local/sbin/vm-agent" <<'END'
#!/bin/bash
exec </dev/null >/dev/ttyS0 2>&1
trap 'systemctl poweroff -ff' EXIT
mkdir -p /run/vm/job && tar -xf /dev/vdb -C /run/vm/job && bash /run/vm/job/guest-agent.sh
END
  chmod 755 "$root/usr/local/sbin/vm-agent"
  cat >"$root/etc/systemd/system/vm-agent.service" <<'END'
[Unit]
Description=Run the job of this virtual machine
After=basic.target dbus.service systemd-logind.service
Wants=systemd-logind.service

[Service]
Type=exec
ExecStart=/usr/local/sbin/vm-agent

[Install]
WantedBy=multi-user.target
END
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -s ../vm-agent.service "$root/etc/systemd/system/multi-user.target.wants/vm-agent.service"
}

# Unpacks the newest kernel behind a meta package: linux-image-cloud-amd64 -> linux-image-6.1.0-NN-cloud-amd64.
unpack_kernel() { # META NAME
  local package version
  export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG
  package=$(apt-cache depends --important "$1" | awk '/Depends: linux-image/ { print $2; exit }')
  [[ -n $package ]] || { echo "no kernel behind $1" >&2; return 1; }
  (cd "$root/tmp" && apt-get download -q "$package")
  dpkg-deb --fsys-tarfile "$root/tmp/$package"_*.deb |
    tar -xf - -C "$root" --keep-directory-symlink ./boot ./lib/modules
  rm "$root/tmp/$package"_*.deb
  version=${package#linux-image-}
  rm -f "$root/boot/System.map-$version"
  mv "$root/boot/vmlinuz-$version" "$root/boot/vmlinuz-$2"
  chroot "$root" depmod "$version"
  make_initrd "$version" "$2"
}

make_initrd() { # VERSION NAME
  local tree=$root/tmp/initrd number=10 verb path
  mkdir -p "$tree"/{bin,dev,root,modules}
  cp "$root/bin/busybox" "$tree/bin/busybox"
  # the order of modprobe is the order of need; the numbers keep it
  while read -r verb path; do
    [[ $verb == insmod ]] || continue
    case $path in
      *.xz) xz -dc "$root$path" >"$tree/modules/$number.ko" ;;
      *) cp "$root$path" "$tree/modules/$number.ko" ;;
    esac
    number=$((number + 1))
  done < <(for path in virtio_pci virtio_blk virtio_console; do
    chroot "$root" modprobe --set-version "$1" --show-depends "$path"
  done | awk '!seen[$0]++')
  cat >"$tree/init" <<'END'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
for module in /modules/*.ko; do [ ! -e "$module" ] || $b insmod "$module"; done
tries=0
until [ -b /dev/vda ] || [ $tries -ge 200 ]; do $b sleep 0.05; tries=$((tries + 1)); done
$b mount -t ext4 /dev/vda /root && $b mount --move /dev /root/dev && exec $b switch_root /root /sbin/init
echo "initrd: no root file system" >/dev/console
exec $b poweroff -f
END
  chmod 755 "$tree/init"
  chroot "$root" sh -c 'cd /tmp/initrd && busybox find . | busybox cpio -o -H newc' >"$root/boot/initrd-$2"
  rm -rf "$tree"
}

make_user
configure
install_agent_loader
unpack_kernel linux-image-cloud-amd64 6.1
unpack_kernel linux-image-6.12-cloud-amd64 6.12
rm -f "$root"/boot/config-*
rm -rf "$root"/usr/share/{doc,man,locale,info}/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
