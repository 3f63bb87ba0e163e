# Statistics: their proof and the error rates of the decision rule.

build/test/statistics: $(OBJ)/tests/statistics/statistics.o $(LIB_OBJ) build/flags
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ALL_LIBS)

# What tests/statistics.bats runs.
check: build/test/statistics
-include $(OBJ)/tests/statistics/statistics.d
