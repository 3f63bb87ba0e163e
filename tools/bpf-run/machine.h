/* SPDX-License-Identifier: MIT */
/* What this machine is, and which settings of it change what programs cost. */
#pragma once

#include <stdio.h>

/** hypervisor_name - what systemd-detect-virt calls the hypervisor of this signature, which CPUID
 * leaf 0x40000000 or the device tree has; the signature itself when it is not known */
const char *hypervisor_name(const char *signature);

/** machine_class - the host class under a runtime, made of the CPU's model, the hypervisor, and
 * what is set unusually and changes what all programs cost; the caller frees it */
char *machine_class(const char *runtime);

/** machine_advise - say on standard error what makes samples worse here, and what to do */
void machine_advise(void);

/** machine_describe - put the names and values that environment.csv has of the machine */
void machine_describe(void (*put)(FILE *, const char *, const char *), FILE *f);
