# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A Debian in a folder, for the tests of packages. Beside helpers.bash.

# debian SUITE FOLDER: a minimal one, from the mirror that this machine's apt uses, and with its settings of apt. It is
# kept for the next time, and so is what apt fetches.
debian() {
  local kept=$TOP/build/debootstrap/$1.tar mirror
  if [ ! -e "$kept" ]; then
    mkdir -p "$TOP/build/debootstrap"
    # shellcheck disable=SC2034 # of what is sourced
    mirror=$(
      ARCH=$(uname -m) tool=debian
      . "$TOP/pipelines/lib.sh"
      . "$TOP/pipelines/vm/apt.sh"
      system=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages')
      mirror_of "$1"
    )
    debootstrap --variant=minbase --include=ca-certificates "$1" base "$mirror" >debootstrap.log 2>&1 || {
      tail -n 5 debootstrap.log
      return 1
    }
    tar -c -C base -f "$kept.new" . && mv "$kept.new" "$kept"
  fi
  mkdir "$2"
  tar -xp -C "$2" -f "$kept"
  apt-config dump Acquire >"$2/etc/apt/apt.conf.d/99-of-this-machine"
  in_debian "$2" apt-get -qq update
}

# in_debian FOLDER COMMAND...: with the mounts that it needs, which are its own and go with it. The kernels that were
# fetched for tests are in /kernels.
in_debian() {
  mkdir -p "$1/kernels" "$TOP/build/debootstrap/archives/partial" "$TOP/build/kernels"
  # shellcheck disable=SC2016 # of the inner shell
  unshare --mount --propagation private sh -ec '
    root=$1 top=$2
    shift 2
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    mount --bind "$top/build/debootstrap/archives" "$root/var/cache/apt/archives"
    mount --bind -o ro "$top/build/kernels" "$root/kernels"
    cd /
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
      chroot "$root" "$@"' - "$1" "$TOP" "${@:2}"
}
