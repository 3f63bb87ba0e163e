/* SPDX-License-Identifier: MIT */
/* A thread that waits on the CPU of the one that has started it, so that each turn is two switches
 * from thread to thread. */
#pragma once

struct partner;

/** partner_start - start one for this pinned thread, its only user; 0 or an error number */
int partner_start(struct partner **partner);

/** partner_turn - let it run once; 0 or an error number */
int partner_turn(struct partner *partner);

/** partner_stop - NULL will do */
void partner_stop(struct partner *partner);
