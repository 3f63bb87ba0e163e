# Statistics: their proof and the error rates of the decision rule.

# The simulations hold the decision rule itself: all of regress-detect but its main().
RULE_OBJ := $(filter-out %/regress-detect.o,$(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/regress-detect/*.c)))
STATISTICS_TESTS := statistics power past

build/tests/statistics: $(OBJ)/tests/statistics/statistics.o $(LIB_OBJ) build/flags
build/tests/power build/tests/past: build/tests/%: $(OBJ)/tests/statistics/%.o $(RULE_OBJ) $(LIB_OBJ) build/flags
$(OBJ)/tests/statistics/%.o: ALL_CFLAGS += -Itools/regress-detect
$(STATISTICS_TESTS:%=build/tests/%):
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ALL_LIBS)

# What tests/statistics.bats and tests/regress-detect.bats run.
check check-expensive: $(STATISTICS_TESTS:%=build/tests/%)
-include $(STATISTICS_TESTS:%=$(OBJ)/tests/statistics/%.d)
