/* SPDX-License-Identifier: MIT */
#include "schema.h"

#define TABLE(id, file)                                                                            \
	const struct schema schema_##id = {file, id##_columns,                                     \
					   sizeof(id##_columns) / sizeof(*id##_columns)}

static const struct schema_column plan_columns[] = {
    {"suite", "text", "", true},
    {"test", "text", "", true},
    {"entry_point", "text", "", true},
    {"build", "text", "", true},
    {"object", "text", "", true},
    {"program_type", "text", "", true},
    {"cpus", "text", "", true},
    {"operations", "integer", "operations per invocation", true},
    {"iterations", "integer", "invocations", true},
    {"prepare", "text", "", true},
    {"prepare_iterations", "integer", "invocations", true},
    {"packet", "text", "", true},
    {"consumer", "text", "", true},
    {"check", "text", "", true},
    {"expected_result", "integer", "", true},
    {"keep", "flag", "", true},
    {"control", "flag", "", true},
    {"program_hash", "text", "", true},
    {"status", "enumeration", "", true},
    {"reason", "text", "", true},
    {"log", "text", "", true},
    {"insns", "integer", "instructions", true},
    {"jited_bytes", "integer", "bytes", true},
    {"verified_insns", "integer", "instructions", true},
    {"verifier_states", "integer", "states", true},
    {"stack_bytes", "integer", "bytes", true},
    {"prepare_every", "integer", "invocations", false},
    {"compiler", "text", "", false},
};
TABLE(plan, "plan");

static const struct schema_column samples_columns[] = {
    {"run_id", "text", "", true},
    {"timestamp", "timestamp", "", true},
    {"host_class", "text", "", true},
    {"runtime", "enumeration", "", true},
    {"track", "text", "", true},
    {"suite", "text", "", true},
    {"test", "text", "", true},
    {"entry_point", "text", "", true},
    {"build", "text", "", true},
    {"program_type", "text", "", true},
    {"program_hash", "text", "", true},
    {"control", "flag", "", true},
    {"boot", "integer", "", true},
    {"round", "integer", "", true},
    {"sample", "integer", "", true},
    {"cpu", "integer", "", true},
    {"iterations", "integer", "invocations", true},
    {"operations", "integer", "operations per invocation", true},
    {"duration_ns", "number", "ns per operation", true},
    {"wall_ns", "number", "ns per operation", false},
    {"kernel_ns", "integer", "ns per invocation", false},
    {"instructions", "number", "instructions per operation", true},
    {"cycles", "number", "cycles per operation", true},
    {"branch_misses", "number", "misses per operation", false},
    {"cache_misses", "number", "misses per operation", false},
    {"mark", "text", "", true},
    {"status", "enumeration", "", true},
    {"reason", "text", "", true},
};
TABLE(samples, "samples");

static const struct schema_column environment_columns[] = {
    {"name", "text", "", true},
    {"value", "text", "", true},
};
TABLE(environment, "environment");
