/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * hypervisor_name - what systemd-detect-virt calls the hypervisor of this signature
 * @signature: as CPUID leaf 0x40000000 or the device tree has it
 * @return: the signature itself when it is not known
 */
const char *hypervisor_name(const char *signature);
