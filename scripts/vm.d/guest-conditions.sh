# shellcheck shell=bash disable=SC2034,SC2154 # one program in several files
# The conditions under which a command runs in the guest, each as properties of its transient service:
#   root     in a service without delegation, system bus at hand
#   dev      uid 1000 outside of its own user manager, whose bus it can reach; cpu, memory and pids are delegated
#   dev-io   the same, with io and cpuset delegated, too
#   bare     dev with read-only cgroups, no bus, no user namespaces
#   service  root in a service with Delegate=yes, no bus: only the cgroup file system itself

condition_account() { case $1 in dev | dev-io | bare) echo dev ;; *) echo root ;; esac; }

# A fresh directory to run in, and an empty scratch directory. Sets $directory.
make_work_directory() { # CONDITION
  local account
  account=$(condition_account "$1")
  directory=/var/tmp/work
  rm -rf "$directory"
  install -d -m 755 -o "$account" -g "$account" "$directory"
  find "/scratch/$account" -mindepth 1 -delete
}

# Sets $properties: arguments of systemd-run.
condition_properties() { # CONDITION
  local account
  account=$(condition_account "$1")
  properties=(
    --working-directory=/var/tmp/work
    --setenv=HUTCH=/hutch/bin/hutch
    --setenv=PROGRAMS=/hutch/tests/programs
    --setenv="SCRATCH=/scratch/$account"
    --setenv="HUTCH_VM_USER=$1"
    --setenv=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    --setenv=LANG=C.UTF-8
  )
  case $1 in
    root) ;;
    dev | dev-io)
      properties+=(
        --uid=dev --gid=dev
        --setenv=XDG_RUNTIME_DIR=/run/user/1000
        --setenv=DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus
      )
      ;;
    bare) properties+=(--setenv=HOME=/home/dev --setenv=USER=dev --setenv=LOGNAME=dev --setenv=SHELL=/bin/bash) ;;
    service)
      properties+=(
        --property=Delegate=yes
        --property=InaccessiblePaths="/run/dbus /run/systemd/private"
        --property=InaccessiblePaths=/run/user
      )
      ;;
  esac
}
