/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Pointers to kernel objects in a map's value. */
#ifndef KPTR_H
#define KPTR_H

#include "kernel.h"

#if __clang_major__ < 15
#error unsupported: clang before 15 writes no type tags, by which the kernel knows a kptr
#endif

#undef __kptr
#define __kptr __attribute__((btf_type_tag("kptr")))

#endif
