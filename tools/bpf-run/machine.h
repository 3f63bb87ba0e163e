/* SPDX-License-Identifier: MIT */
/* What this machine is, and which settings of it change what programs cost. */
#pragma once

#include <stddef.h>

/** machine_cpu_model - the CPU's name with family, model and stepping: clouds cut the name down to
 * "AMD EPYC". The caller frees it */
char *machine_cpu_model(void);

/** machine_hypervisor - its name, "none" on bare metal; the caller frees it */
char *machine_hypervisor(void);

/** machine_append_unusual - append the names of what is set unusually, and changes what all
 * programs cost, such as " nojit": then runs are of another host class */
void machine_append_unusual(char **text);

/** machine_advise - say on standard error which settings make samples worse, and what to do */
void machine_advise(void);

/** machine_setting - setting number @i as environment.csv has it: its name and its value, which the
 * caller frees; NULL behind the last */
const char *machine_setting(size_t i, char **value);
