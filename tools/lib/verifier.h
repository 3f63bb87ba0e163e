/* SPDX-License-Identifier: MIT */
/* What the verifier's log says. */
#ifndef LIB_VERIFIER_H
#define LIB_VERIFIER_H

#include <stdbool.h>

/** verifier_reason - the last line that says what was wrong, to be freed; NULL for none */
char *verifier_reason(const char *log);

/** verifier_lacks - whether a reason is a helper, kfunc or variable that this kernel does not have,
 * or not for this program type */
bool verifier_lacks(const char *said);

/** verifier_lacks_symbol - whether it is the address of a variable */
bool verifier_lacks_symbol(const char *said);

#endif
