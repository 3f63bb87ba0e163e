# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Captures of Ethernet frames. Beside helpers.bash, for the files that need some.

# A frame in hexadecimal, a line each, as `frames` takes them.
hex() {
  printf '%s\n' "$@"
}

# A number of so many bytes, in an order.
number() { # ORDER BYTES VALUE
  local digits bytes='' i
  printf -v digits "%0$((2 * $2))x" "$3"
  for ((i = 0; i < 2 * $2; i += 2)); do
    if [ "$1" = big ]; then bytes+=${digits:i:2}; else bytes=${digits:i:2}$bytes; fi
  done
  bytes "$bytes"
}

bytes() { # HEX
  basenc --base16 -d <<<"${1^^}"
}

# A pcap of frames in hexadecimal.
frames() { # ORDER [MAGIC] [LINK-TYPE] [SNAP]
  local line n
  number "$1" 4 $((16#${2-a1b2c3d4}))
  number "$1" 2 2
  number "$1" 2 4
  number "$1" 8 0
  number "$1" 4 65535
  number "$1" 4 "${3-1}"
  while read -r line; do
    n=$((${#line} / 2))
    number "$1" 8 0
    number "$1" 4 "$n"
    number "$1" 4 $((n + ${4-0}))
    bytes "$line"
  done
}

# The same as pcapng: a block that nobody knows, an interface, then a block a frame.
blocks() { # ORDER
  local line n padded
  number "$1" 4 $((16#0a0d0d0a)) && number "$1" 4 28 && number "$1" 4 $((16#1a2b3c4d)) && number "$1" 4 65536
  number "$1" 8 0 && number "$1" 4 28
  number "$1" 4 1 && number "$1" 4 20 && number "$1" 2 1 && number "$1" 6 0 && number "$1" 4 20
  number "$1" 4 5 && number "$1" 4 16 && number "$1" 4 0 && number "$1" 4 16
  while read -r line; do
    n=$((${#line} / 2)) padded=$(((${#line} / 2 + 3) / 4 * 4))
    number "$1" 4 6 && number "$1" 4 $((32 + padded)) && number "$1" 4 0 && number "$1" 8 0
    number "$1" 4 "$n" && number "$1" 4 "$n" && bytes "$line"
    head -c $((padded - n)) /dev/zero
    number "$1" 4 $((32 + padded))
  done
}
