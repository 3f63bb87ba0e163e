/* SPDX-License-Identifier: MIT */
/* The verdicts of a comparison: what the numbers say, and what the control allows them to say. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "detect.h"
#include "ranktest.h"
#include "xalloc.h"

const char *const *finding_cells(const struct finding *f)
{
	return f->side[CURRENT] ? f->side[CURRENT]->cells : f->side[BASELINE]->cells;
}

const char *finding_label(const struct comparison *c, const struct finding *f, const char *key)
{
	return key_cell(&c->cols, finding_cells(f), key);
}

static bool is_exact(const struct comparison *c, const struct finding *f)
{
	return metric_is_exact(c->cols.metrics.name[f->metric],
			       f->side[BASELINE]->counted && f->side[CURRENT]->counted);
}

static bool is_control(const struct finding *f)
{
	return (f->side[CURRENT] && f->side[CURRENT]->control) ||
	       (f->side[BASELINE] && f->side[BASELINE]->control);
}

static bool is_unsupported(const struct subject *s)
{
	return s && s->status && outcome_of(s->status) == OUTCOME_UNSUPPORTED;
}

/* What is below noise ran well: its missing number is no failure. */
static bool is_failed(const struct subject *s)
{
	return is_unsupported(s) || (s && s->status && outcome_of(s->status) == OUTCOME_FAILED);
}

static void set_from_status(struct finding *f, enum verdict verdict, const char *whose,
			    const struct subject *s)
{
	finding_set(f, verdict, "%s%s%s%s", whose, s->status, *s->reason ? ": " : "", s->reason);
}

/* What has no number on one side. Returns false when both sides have numbers to be judged. */
static bool judge_absent(struct finding *f)
{
	const struct subject *base = f->side[BASELINE], *current = f->side[CURRENT];

	if (!current)
		finding_set(f, MISSING, "not in the current rows");
	else if (is_unsupported(current) && is_unsupported(base))
		set_from_status(f, UNSUPPORTED, "", current);
	else if (is_failed(current))
		set_from_status(f, FAILED, "", current);
	else if (!base)
		finding_set(f, NEW, NULL);
	else if (is_failed(base))
		set_from_status(f, NEW, "the baseline has no number: ", base);
	else
		return false;
	return true;
}

/* Adjust the p-values of the findings that are controls, or of those that are not. Returns how
 * many there are. */
static size_t adjust(struct comparison *c, bool controls)
{
	double *p = xmalloc(c->nfindings * sizeof(*p));
	size_t n = 0;

	for (size_t i = 0; i < c->nfindings; i++) {
		struct finding *f = &c->findings[i];

		p[i] = is_control(f) == controls ? f->p_value : NAN;
		n += !isnan(p[i]);
	}
	holm(p, c->nfindings);
	for (size_t i = 0; i < c->nfindings; i++)
		if (!isnan(p[i]))
			c->findings[i].p_adjusted = p[i];
	free(p);
	return n;
}

static bool same_machine(const struct comparison *c, const struct finding *a,
			 const struct finding *b)
{
	return a->pairing == b->pairing &&
	       !strcmp(finding_label(c, a, "host_class"), finding_label(c, b, "host_class"));
}

static bool moved(const struct finding *control)
{
	return control->verdict == REGRESSION || control->verdict == IMPROVEMENT;
}

static double percent(double ratio)
{
	return 100 * (ratio - 1);
}

static void contaminate(const struct comparison *c, struct finding *f,
			const struct finding *control, const char *what)
{
	finding_set(f, CONTAMINATED, "control '%s' %s (%+.1f %%)",
		    finding_label(c, control, "test"), what, percent(control->ratio));
}

/* The findings that are controls: few of many. */
struct controls {
	struct finding **at;
	size_t n;
};

static struct controls controls_of(struct comparison *c)
{
	struct controls controls = {xmalloc(c->nfindings * sizeof(*controls.at)), 0};

	for (size_t i = 0; i < c->nfindings; i++)
		if (is_control(&c->findings[i]))
			controls.at[controls.n++] = &c->findings[i];
	return controls;
}

/* Apply the controls. In one run a control that moved shows that the sides did not have the
 * same machine. Two runs are two moments: there a control must be shown to agree. */
static void apply_controls(const struct comparison *c, const struct controls *controls,
			   struct finding *f)
{
	const struct finding *steady = NULL, *loose = NULL;

	for (size_t i = 0; i < controls->n; i++) {
		const struct finding *control = controls->at[i];

		if (control->exact || isnan(control->ratio) || !same_machine(c, control, f))
			continue;
		if (moved(control)) {
			contaminate(c, f, control, "moved");
			return;
		}
		if (control->verdict == UNCHANGED)
			steady = control;
		else
			loose = control;
	}
	if (f->one_run)
		return;
	if (loose)
		contaminate(c, f, loose, "is not shown to agree");
	else if (!steady)
		finding_set(f, INCONCLUSIVE,
			    "two separate runs without a control are inconclusive");
}

/* What two moments leave open in the control is left open in every series. */
static void widen_margins(struct comparison *c, const struct controls *controls)
{
	for (size_t i = 0; i < controls->n; i++) {
		const struct finding *control = controls->at[i];

		if (control->one_run || isnan(control->ratio_low))
			continue;
		for (size_t j = 0; j < c->nfindings; j++) {
			struct finding *f = &c->findings[j];

			if (!is_control(f) && same_machine(c, control, f))
				f->rule.margin =
				    fmax(f->rule.margin,
					 fmax(1 / control->ratio_low - 1, control->ratio_high - 1));
		}
	}
}

static void judge_numbers(struct comparison *c, bool controls)
{
	for (size_t i = 0; i < c->nfindings; i++) {
		struct finding *f = &c->findings[i];

		if (is_control(f) != controls || judge_absent(f))
			continue;
		f->exact = is_exact(c, f);
		if (f->exact)
			judge_exact(c, f);
		else
			judge_measured(c, f);
	}
}

static void decide_all(struct comparison *c, bool controls)
{
	size_t ntests = adjust(c, controls);

	for (size_t i = 0; i < c->nfindings; i++) {
		struct finding *f = &c->findings[i];

		if (is_control(f) == controls && !isnan(f->p_value))
			decide(f, ntests);
	}
}

/* A control's own verdict is not a finding about a build. */
static void settle_controls(const struct controls *controls)
{
	for (size_t i = 0; i < controls->n; i++) {
		struct finding *f = controls->at[i];

		if (!f->exact && moved(f))
			finding_set(f, CONTAMINATED, "the control moved (%+.1f %%)",
				    percent(f->ratio));
	}
}

void comparison_judge(struct comparison *c)
{
	struct controls controls = controls_of(c);

	net_finish(&c->net_values, &c->rounds);
	judge_numbers(c, true);
	decide_all(c, true);
	widen_margins(c, &controls);
	judge_numbers(c, false);
	decide_all(c, false);
	for (size_t i = 0; i < c->nfindings; i++)
		if (!is_control(&c->findings[i]) && !isnan(c->findings[i].p_value))
			apply_controls(c, &controls, &c->findings[i]);
	settle_controls(&controls);
	free(controls.at);
}

int comparison_exit_status(const struct comparison *c)
{
	bool bad = false, trouble = false, good = false;

	for (size_t i = 0; i < c->nfindings; i++) {
		const struct finding *f = &c->findings[i];
		enum severity severity = verdict_severity[f->verdict];

		bad |= severity == SEVERITY_BAD;
		trouble |= severity == SEVERITY_TROUBLE;
		/* That the control agrees says nothing about a build. */
		good |= severity == SEVERITY_GOOD && !is_control(f);
	}
	return bad ? EXIT_BAD_ANSWER : trouble || !good ? EXIT_INCONCLUSIVE : 0;
}
