# SPDX-License-Identifier: MIT
# The tools for a VM: static, as nothing else is in there. For another architecture they are built with its compiler
# and this distribution's libraries.
VM_LIB_OBJ := $(patsubst %.c,$(VM)/obj/%.o,$(wildcard tools/lib/*.c))
VM_OBJ = $(patsubst %.c,$(VM)/obj/%.o,$(wildcard tools/$(1)/*.c) pipelines/vm/libelf-search.c) $(VM)/obj/lib.a
ifneq ($(ARCH),$(shell uname -m))
VM_CC      := $(ARCH)-linux-gnu-gcc
VM_SYSROOT := build/sysroot/$(ARCH)
VM_CFLAGS  := -I$(VM_SYSROOT)/usr/include
VM_LDFLAGS := -L$(VM_SYSROOT)/usr/lib/$(ARCH)-linux-gnu
$(VM_SYSROOT):
	$(call say,FETCH,$@)
	$(Q)pipelines/vm/get-sysroot $@
else
VM_CC = $(CC)
endif

# Where the marks of bpf-run lie for the profiler: an address that no program uses.
VM_MARKS := 0x70000000
$(VM)/bpf-run: private VM_LDFLAGS += -Wl,--section-start=.profile_marks=$(VM_MARKS)

$(VM)/bpf-compile-check: $(call VM_OBJ,bpf-compile-check)
$(VM)/bpf-run: $(call VM_OBJ,bpf-run)
$(VM)/vm-init: $(VM)/obj/pipelines/vm/init.o
$(addprefix $(VM)/,bpf-compile-check bpf-run vm-init): | $(VM_SYSROOT)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(VM_CC) -static $(VM_LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --static --libs $(LIBS)) -lm -lpthread

# The profiler, a plugin of QEMU on this side. See there for the versions.
VM_QEMU := $(shell command -v qemu-system-$(ARCH))
VM_QEMU_MAJOR = $(shell $(VM_QEMU) --version | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p')
VM_PLUGIN = -DPROFILE_MARKS=$(VM_MARKS) -DPLUGIN_VERSION=$(if $(filter 5 6 7 8,$(VM_QEMU_MAJOR)),1,2)
$(VM)/count-plugin.so: pipelines/vm/count-plugin.c tools/bpf-run/profile.h $(VM_QEMU)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra $(if $(WERROR),-Werror) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -fPIC -shared \
		$(VM_PLUGIN) -o $@ $<

# An archive: of the library only what the two tools use is linked.
$(VM)/obj/lib.a: $(VM_LIB_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^

# Sanitizers do not go with static programs.
$(VM)/obj/%.o: private SANITIZE =
$(VM)/obj/%.o: %.c build/flags | $(VM_SYSROOT)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(VM_CC) $(ALL_CFLAGS) $(VM_CFLAGS) -MMD -MP -c -o $@ $<

$(TELL_VERSION:%=$(VM)/obj/%): build/version
-include $(wildcard $(VM)/obj/tools/*/*.d $(VM)/obj/pipelines/*/*.d)
