/* SPDX-License-Identifier: MIT */
#include "hypervisor.h"

#include <stddef.h>
#include <string.h>

/* How signatures begin: some have a version behind. */
static const struct {
	const char *signature, *name;
} known[] = {
    {"KVMKVMKVM", "kvm"},	{"Linux KVM Hv", "kvm"},
    {"linux,kvm", "kvm"},	{"Microsoft Hv", "microsoft"},
    {"VMwareVMware", "vmware"}, {"vmware", "vmware"},
    {"XenVMMXenVMM", "xen"},	{"xen", "xen"},
    {"TCGTCGTCGTCG", "qemu"},	{"bhyve bhyve", "bhyve"},
    {"VBoxVBoxVBox", "oracle"}, {"prl hyperv", "parallels"},
    {"ACRNACRNACRN", "acrn"},	{"QNXQVMBSQG", "qnx"},
    {"SRESRESRESRE", "sre"},	{"Apple VZ", "apple"},
};

const char *hypervisor_name(const char *signature)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strncmp(signature, known[i].signature, strlen(known[i].signature)))
			return known[i].name;
	return signature;
}
