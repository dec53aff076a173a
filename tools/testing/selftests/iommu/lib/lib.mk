# SPDX-License-Identifier: GPL-2.0-only
#
# What the Makefiles of all programs have in common that use the library in this
# folder, and libdualstage, on which it stands. Such a Makefile has a target `all`, sets
# OUTPUT, CC, CFLAGS and KHDR, includes this file, and links its programs with
# $(VMM_OBJS), which are built below $(OUTPUT) with the compiler of the program.
#
# The compiler writes down which headers an object was built from.

VMM_DIR := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
VMM_TOP := $(abspath $(VMM_DIR)/../../../../..)
VMM_LIB := $(patsubst $(VMM_DIR)/%.c,$(OUTPUT)/lib/%.o,$(wildcard $(VMM_DIR)/*.c))
DUALSTAGE := $(OUTPUT)/dualstage/libdualstage.a
VMM_OBJS := $(VMM_LIB) $(DUALSTAGE)

override CFLAGS += -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -static \
	-MMD -MP $(KHDR) -I$(VMM_DIR) -I$(VMM_TOP)/include/uapi \
	-I$(VMM_TOP)/lib/dualstage/include

.DEFAULT_GOAL := all

$(OUTPUT) $(OUTPUT)/lib:
	mkdir -p $@

# It has a Makefile of its own, which knows whether there is anything to do
$(DUALSTAGE): FORCE
	$(MAKE) -C $(VMM_TOP)/lib/dualstage static OUTPUT=$(abspath $(@D)) CC='$(CC)' \
		AR='$(shell $(CC) -print-prog-name=ar)' KHDR='$(KHDR)' CFLAGS='-O2 -g'

$(VMM_LIB): $(OUTPUT)/lib/%.o: $(VMM_DIR)/%.c | $(OUTPUT)/lib
	$(CC) $(CFLAGS) -c -o $@ $<

$(OUTPUT)/%.o: %.c | $(OUTPUT)
	$(CC) $(CFLAGS) -c -o $@ $<

clean:
	rm -rf $(PROGRAMS) $(OUTPUT)/*.[od] $(OUTPUT)/lib/*.[od] $(OUTPUT)/dualstage

-include $(wildcard $(OUTPUT)/*.d $(OUTPUT)/lib/*.d)

.PHONY: all clean FORCE
# An object is kept although only a program of one source needs it
.SECONDARY:
