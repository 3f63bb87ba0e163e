# SPDX-License-Identifier: MIT
# Why the rows of a run are not fit for the results branch: a line of FILE, a tab, and the reason; none when they are.
# Inputs: {"file": NAME, "row": {COLUMN: TEXT, ...}} of each row of columns.csv, statuses.csv and verdicts.csv
# (results-schema/), and of what rows.awk writes of the run's files. Arguments: the paths of these.

def shown: gsub("[^ -~]"; "?") | .[:100];
# Numbers that JSON, C and SQL read alike.
def is_number: test("\\A-?(0|[1-9][0-9]{0,39})([.][0-9]{1,60})?([eE][-+]?[0-9]{1,3})?\\z") and (tonumber | fabs < 1e300);
# A clock may be a day wrong. What is later would stay the newest run.
def is_time: (try (fromdate | todate) catch "") == . and . >= "1970" and . <= (now + 86400 | todate);
# What becomes a path or a word of make.
def is_name: test("\\A[A-Za-z0-9._/:=@+~#-]{1,100}\\z");

([inputs] | group_by(.file) | map({key: .[0].file, value: map(.row)}) | from_entries) as $files
| ($files["columns.csv"] | group_by(.file) | map({key: .[0].file, value: .}) | from_entries) as $schemas
| ($files["statuses.csv"] | map({key: .name, value: .outcome}) | from_entries) as $outcomes
| ($files["verdicts.csv"] | map({key: .name, value: true}) | from_entries) as $verdicts
| ($files["environment.csv"] // []) as $environment

| def value($name): first($environment[] | select(.name == $name) | .value) // "";
def first_bad($rows; $columns; good; $what):
	first($rows[] as $row | $columns[] | . as $name | $row[.] // "" | select(good | not) | "\($what) in the column \($name): \"\(shown)\"");

# What is named like a number of a metric is read as one, whatever the metric.
def statistics: [$schemas.summary[].name | select(endswith("_duration_ns")) | rtrimstr("duration_ns")];

def bad_cells($rows; $schema):
	($rows[0] | keys) as $names
	| statistics as $statistics
	| [$names[] | select(startswith("value_")) | ltrimstr("value_")] as $metrics
	| first_bad($rows; ["status"]; . == "" or $outcomes[.]; "no such word"),
	first_bad($rows; ["verdict"]; . == "" or $verdicts[.]; "no such word"),
	first_bad($rows; [$schema[] | select(.type | IN("number", "integer", "metric")) | .name]
		+ [$names[] | select(. as $name | any($statistics[]; . as $statistic | $name | startswith($statistic)) or IN($metrics[]))];
		. == "" or is_number; "no number"),
	first_bad($rows; [$schema[] | select(.type == "timestamp") | .name]; is_time; "no time, or one to come,");

def bad_columns($file; $schema):
	($files[$file] // []) as $rows
	| ($rows[0] // {} | keys) as $names
	| (statistics - ["value_"]) as $others
	# A stored rounds.csv lacks some of them (stored-rounds.awk). Without its value_X, readers take a metric for one of
	# schema version 1.
	| ([$schema[] | select(.required == "true") | .name]
		| if $file == "rounds.csv" then map(select(. as $name | any($others[]; . as $other | $name | startswith($other)) | not)) + ["round"] else . end
		+ [$names[] | capture("^(median|average)_(?<metric>.*)$") | "value_" + .metric] - $names) as $missing
	| if $rows == [] then "there is no row"
	elif $missing != [] then "missing columns: \($missing | join(", "))"
	else first(bad_cells($rows; $schema)) end;

def bad_environment:
	def bad_name($name): select(is_name | not) | "no name in the row \($name): \"\(shown)\"";
	[$environment[].name] as $names
	| (("timestamp", "run_id", "host_class", "track", "suite") as $name
		| if [$names[] | select(. == $name)] | length != 1 then "not one row \($name)"
		elif $name == "timestamp" then value($name) | select(is_time | not) | "no time, or one to come, in the row timestamp: \"\(shown)\""
		else value($name) | bad_name($name) end),
	# Of a package, which confirm gets again: what is known of it comes behind what the kernel says.
	(select(value("kernel_package") != "") | ("kernel_package", "kernel_version") as $name
		| last($environment[] | select(.name == $name)).value // "" | bad_name($name)),
	# export-postgres reads them in this order.
	(first($names[] | select(IN("run_id", "commit", "repository"))) | select(. != "run_id") | "\(.) before run_id");

# Rows are of the run and the one build that environment.csv names, and each has a number or says why not. A build label
# may be a list there, for a plan of several; then it is a comparison.
def bad_row:
	$outcomes[.status] as $outcome
	| if .run_id != value("run_id") or .build != value("build") then "of another run or build"
	elif .host_class != value("host_class") or .track != value("track") or .suite != value("suite") then
		"of another host class, track or suite"
	elif $outcome == null then "without a status"
	elif $outcome == "incomplete" then "the run was interrupted"
	elif .test == "" or .build == "" then "without a test or a build"
	elif $outcome == "measured" and .value_duration_ns == "" and (.value_instructions // "") == "" then "\(.status) and without a value"
	elif $outcome != "measured" and any(to_entries[]; .value != "" and (.key | test("^(value|average|median)_"))) then "failed and has a value"
	else empty end + ", test \"\(.test | shown)\"";

# A test of the plan that was left out would be missing from then on; one that is there twice has two values.
def bad_tests:
	def shown_test: ", test \"\(shown)\"";
	$files["tests of summary.csv"] as $rows
	| ($rows | group_by([.test, .entry_point])[] | select(length > 1) | "twice" + (.[0].test | shown_test)),
	([$files["tests of plan.csv"][].test] - [$rows[].test] | .[:1][] | "left out" + shown_test),
	($rows | map(select(.test | startswith("baseline/"))) | group_by(.program_type)[] | map(.test) | unique
		| select(length > 1) | "two empty programs of one type" + (.[1] | shown_test));

def all_bad:
	[$ARGS.positional[] | split("/")[-1]] as $given
	| ($given[] | [., bad_columns(.; $schemas[{"rounds.csv": "summary", "cpus.csv": "summary"}[.] // rtrimstr(".csv")])]),
	["environment.csv", bad_environment],
	($given[] | select(IN("cpus.csv", "summary.csv", "rounds.csv"))
		| [., if $files[.] | map(.build) | unique | length > 1 then "a comparison is no part of history" else first($files[.][] | bad_row) end]),
	["summary.csv", bad_tests];

first(all_bad | select(length > 1) | "\(.[0])\t\(.[1])")
