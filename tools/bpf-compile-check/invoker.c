/* SPDX-License-Identifier: MIT */
#include "invoker.h"

#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include "say.h"
#include "text.h"

static uid_t invoker; /* 0: root itself */
static gid_t group;
static bool are_theirs;

/* The account of who called, NULL for root itself. */
static const struct passwd *find_invoker(void)
{
	const char *id = getenv("SUDO_UID"), *name = getenv("DOAS_USER");
	uint64_t uid;

	if (geteuid())
		return NULL;
	if (id && !number_parse_u64(id, 1, UINT32_MAX - 1, &uid))
		return getpwuid((uid_t)uid);
	return name ? getpwnam(name) : NULL;
}

void invoker_begin(void)
{
	const struct passwd *account = find_invoker();

	if (!account || !account->pw_uid)
		return;
	invoker = account->pw_uid;
	group = account->pw_gid;
	/* The effective user stays root, who may load programs; a started program has the real one.
	 */
	if (initgroups(account->pw_name, group) || setresgid(group, (gid_t)-1, (gid_t)-1) ||
	    setresuid(invoker, (uid_t)-1, (uid_t)-1))
		die_errno("can't become '%s' for files", account->pw_name);
	invoker_files(true);
}

bool invoker_files(bool theirs)
{
	bool before = are_theirs;

	if (invoker && theirs != before) {
		/* The group first: who is not root may not choose it. Neither says whether it
		 * failed. */
		setfsgid(theirs ? group : getegid());
		setfsuid(theirs ? invoker : geteuid());
		if (theirs && setfsuid((uid_t)-1) != (int)invoker)
			die("can't open files as user %u", (unsigned)invoker);
	}
	are_theirs = theirs;
	return before;
}
