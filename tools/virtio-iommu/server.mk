# SPDX-License-Identifier: GPL-2.0-only
#
# Included by the Makefile: the server of vfio-user, and its tests without an IOMMU.

JSON := $(shell pkg-config --cflags json-c)
JSON_LIBS := $(shell pkg-config --libs json-c)

VFU := loop vfio_user vfio_user_io vfio_user_cmd vfio_user_dma vfio_user_version
VFU += guestmem pci_irq virtqueue virtio_pci virtio_pci_config virtio_pci_common
VFU += virtio_pci_queue
PROTOCOL := protocol client driver protocol_messages protocol_commands protocol_pci
PROTOCOL += protocol_queue protocol_hostile fake guest

SERVER := server server_options passthrough
DUALSTAGE := ../../lib/dualstage

override CFLAGS += $(JSON) -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers

all: $(OUTPUT)/protocol $(SERVER:%=$(OUTPUT)/%.o)

$(SERVER:%=$(OUTPUT)/%.o): CFLAGS += -isystem $(DUALSTAGE)/include -isystem ../../include/uapi

$(OUTPUT)/protocol: $(CORE:%=$(OUTPUT)/asan/%.o) $(VFU:%=$(OUTPUT)/asan/%.o) \
		$(PROTOCOL:%=$(OUTPUT)/asan/tests/%.o)
	$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(GLIB_LIBS) $(JSON_LIBS)
