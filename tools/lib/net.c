/* SPDX-License-Identifier: MIT */
#include "net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "xalloc.h"

static const char *const scope_columns[] = {"run_id", "host_class", "runtime",	   "track",
					    "suite",  "build",	    "program_type"};
#define NSCOPE (sizeof(scope_columns) / sizeof(*scope_columns))

/* Numbers of the empty programs' groups, apart from those of the caller's groups. */
#define NET_GROUP 0x80000000u

int net_columns(struct net *n, struct csv_reader *in, size_t nvalues, bool by_round)
{
	static const char *const needed[] = {"test", "program_type", "round"};
	int found[3];

	if (csv_require(in, needed, by_round ? 3 : 2, found))
		return -1;
	n->test_column = found[0];
	n->operations_column = csv_column(in, "operations");
	n->nvalues = nvalues;
	for (size_t i = 0; i < NSCOPE; i++)
		n->column[i] = csv_column(in, scope_columns[i]);
	return 0;
}

uint32_t net_scope(struct net *n, const struct csv_reader *in, const char *salt)
{
	uint32_t known = (uint32_t)n->scopes.n, scope;

	key_clear(&n->key);
	key_add(&n->key, salt, strlen(salt));
	for (size_t i = 0; i < NSCOPE; i++)
		key_add_cell(&n->key, in, n->column[i]);
	scope = keytable_add(&n->scopes, n->key.text, n->key.len);
	if (scope == known)
		n->scope = xgrow(n->scope, known, sizeof(*n->scope));
	return scope;
}

bool net_is_empty(const struct net *n, const struct csv_reader *in)
{
	return !strncmp(in->cell[n->test_column], NET_PREFIX, strlen(NET_PREFIX));
}

double net_operations(const struct net *n, const struct csv_reader *in)
{
	double operations = 1;

	if (n->operations_column >= 0)
		number_parse_double(in->cell[n->operations_column], 1, 1e9, &operations);
	return operations;
}

int net_add(struct net *n, struct csv_reader *in, uint32_t scope, struct rounds *rounds,
	    uint32_t round, const double *value)
{
	struct net_scope *s = &n->scope[scope];
	const char *test = in->cell[n->test_column];

	if (!s->test) {
		s->test = xstrdup(test);
		s->operations = net_operations(n, in);
	}
	if (strcmp(s->test, test) != 0) {
		s->ambiguous = true;
		return csv_fail(in, "two empty programs of one type: '%s' and '%s'", s->test, test);
	}
	group_add(&s->g, NET_GROUP + scope, rounds, in, round, value, n->nvalues);
	return 0;
}

/* The place of a round of a scope in `subtrahend`; a new one is empty. */
static double *round_place(struct net *n, uint32_t scope, uint32_t round)
{
	uint32_t key[2] = {scope, round};
	size_t known = n->rounds_of_scope.n;
	uint32_t at = keytable_add(&n->rounds_of_scope, (const char *)key, sizeof(key));

	if (at == known) {
		n->subtrahend = xgrow(n->subtrahend, known, n->nvalues * sizeof(*n->subtrahend));
		for (size_t v = 0; v < n->nvalues; v++)
			n->subtrahend[at * n->nvalues + v] = NAN;
	}
	return n->subtrahend + at * n->nvalues;
}

void net_finish(struct net *n, const struct rounds *rounds)
{
	for (uint32_t s = 0; s < n->scopes.n; s++)
		for (size_t v = 0; v < n->nvalues; v++) {
			struct by_round b;

			group_by_round(&n->scope[s].g, v, rounds, &b);
			for (size_t i = 0; i < b.n; i++)
				round_place(n, s, b.round[i])[v] = b.value[i];
			by_round_release(&b);
		}
}

double net_value(const struct net *n, uint32_t scope, uint32_t round, size_t which,
		 double operations)
{
	uint32_t key[2] = {scope, round};
	uint32_t at = keytable_find(&n->rounds_of_scope, (const char *)key, sizeof(key));

	return at == KEYTABLE_NONE || n->scope[scope].ambiguous
		   ? NAN
		   : n->subtrahend[at * n->nvalues + which] * n->scope[scope].operations /
			 operations;
}

void net_subtract(const struct net *n, uint32_t scope, size_t which, double operations,
		  struct by_round *b)
{
	size_t rounds = 0, samples = 0, cells = 0;

	for (size_t i = 0, c = 0; i < b->n; i++) {
		double base = net_value(n, scope, b->round[i], which, operations);
		size_t from = b->begin[i], to = b->begin[i + 1];

		for (; c < b->ncells && b->cell[c] < to; c++)
			if (!isnan(base))
				b->cell[cells++] = samples + (b->cell[c] - from);
		if (isnan(base))
			continue;
		b->round[rounds] = b->round[i];
		b->value[rounds] = b->value[i] - base;
		b->begin[rounds++] = samples;
		for (size_t s = from; s < to; s++)
			b->sample[samples++] = b->sample[s] - base;
	}
	if (b->n)
		b->begin[rounds] = b->cell[cells] = samples;
	b->n = rounds;
	b->ncells = cells;
}

void net_release(struct net *n)
{
	for (size_t s = 0; s < n->scopes.n; s++) {
		group_release(&n->scope[s].g, n->nvalues);
		free(n->scope[s].test);
	}
	free(n->scope);
	free(n->subtrahend);
	keytable_release(&n->scopes);
	keytable_release(&n->rounds_of_scope);
	key_release(&n->key);
	*n = (struct net){0};
}
