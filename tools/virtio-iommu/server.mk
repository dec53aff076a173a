# SPDX-License-Identifier: GPL-2.0-only
#
# Included by the Makefile: the server of vfio-user, and its tests without an IOMMU.

JSON := $(shell pkg-config --cflags json-c)
JSON_LIBS := $(shell pkg-config --libs json-c)

VFU := loop vfio_user vfio_user_io vfio_user_cmd vfio_user_dma vfio_user_version
VFU += guestmem pci_irq virtqueue virtio_pci virtio_pci_config virtio_pci_common
VFU += virtio_pci_queue
PROTOCOL := protocol client driver protocol_messages protocol_commands protocol_pci
PROTOCOL += protocol_queue protocol_hostile protocol_options fake guest

SERVER := server server_options passthrough

override CFLAGS += $(JSON) -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers

all: $(OUTPUT)/protocol $(OUTPUT)/viommu-server $(OUTPUT)/asan/viommu-server $(OUTPUT)/viommu-viot

SERVER_OBJS := $(SERVER:%=$(OUTPUT)/%.o) $(VFU:%=$(OUTPUT)/%.o)

$(OUTPUT)/viommu-server: $(SERVER_OBJS) $(OUTPUT)/libviommu.a $(OUTPUT)/libdualstage.a
	$(CC) $(CFLAGS) -o $@ $^ $(GLIB_LIBS) $(JSON_LIBS) -lpthread

$(OUTPUT)/libdualstage.a: FORCE
	@mkdir -p $(@D)/dualstage
	$(MAKE) -C $(LIBDS) static OUTPUT=$(@D)/dualstage CC='$(CC)' KHDR='$(KHDR)' \
		CFLAGS='-O2 -g'
	cmp -s $(@D)/dualstage/libdualstage.a $@ || cp $(@D)/dualstage/libdualstage.a $@

$(OUTPUT)/viommu-viot: $(OUTPUT)/viot.o
	$(CC) $(CFLAGS) -o $@ $^

$(OUTPUT)/protocol: $(CORE:%=$(OUTPUT)/asan/%.o) $(VFU:%=$(OUTPUT)/asan/%.o) \
		$(PROTOCOL:%=$(OUTPUT)/asan/tests/%.o) $(OUTPUT)/asan/server_options.o
	$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(GLIB_LIBS) $(JSON_LIBS)

# The guests' tests are run with this one
SERVER_ASAN := $(SERVER) $(VFU) $(CORE) $(BACKENDS)

$(OUTPUT)/asan/viommu-server: $(SERVER_ASAN:%=$(OUTPUT)/asan/%.o) $(OUTPUT)/asan/libdualstage.a
	$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(GLIB_LIBS) $(JSON_LIBS) -lpthread
