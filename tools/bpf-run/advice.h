/* SPDX-License-Identifier: MIT */
/* Whether this host is fit to measure on. */
#pragma once

/** advice_give - say on standard error what makes measurements worse here, and what to do */
void advice_give(void);
