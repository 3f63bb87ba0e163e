/* SPDX-License-Identifier: MIT */
/* What a test changes of its object's maps before they are made. */
#pragma once

#include <bpf/libbpf.h>

/** own_maps_unpin - keep maps private that the object asks to be pinned by name
 * (LIBBPF_PIN_BY_NAME): a pin would stay behind, and another build, or what is in production, would
 * have the map too
 * @return: the names, "'a', 'b'", which the caller frees; NULL for none */
char *own_maps_unpin(const struct bpf_object *object);

/** own_maps_size - give maps a size for which the object has none, and which the kernel refuses:
 * its loader sets one in production
 * @return: the names, with their sizes, which the caller frees; NULL for none */
char *own_maps_size(const struct bpf_object *object);
