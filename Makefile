# SPDX-License-Identifier: GPL-2.0-only
#
# 'make help' lists the commands. The work is in scripts/, which this file
# calls with the variables below.

CACHE ?= $(or $(XDG_CACHE_HOME),$(or $(HOME),$(shell bash -c 'echo ~'))/.cache)/iommufd-nested
BUILD ?= $(CURDIR)/build
VARIANT ?= fast
PREFIX ?= /usr/local

export KSERIES CACHE BUILD

# A make that asks for jobs must not hand its own job server to the kernel
# builds, which count the processors themselves.
unexport MAKEFLAGS MFLAGS

.DEFAULT_GOAL := help
.PHONY: help deps kernel modules modules_install headers demo quick check kunit \
	selftests library in-tree vmm vmm-arm64 virtio-iommu hw-arm64 hw-x86 lint htmldocs bench \
	bench-hw dist deb install clean distclean-cache

help:
	@scripts/help

deps:
	@scripts/deps all

kernel:
	@scripts/deps build
	@scripts/kernel-build $(VARIANT)

modules:
	@scripts/modules $(if $(KDIR),--kdir "$(KDIR)",--variant $(VARIANT))

modules_install:
	@scripts/modules $(if $(KDIR),--kdir "$(KDIR)",--variant $(VARIANT)) --install

headers:
	@scripts/deps build
	@scripts/kernel-headers

demo:
	@scripts/program demo

quick:
	@scripts/check quick

check:
	@scripts/check

kunit:
	@scripts/kunit

selftests:
	@scripts/selftests

library:
	@scripts/library

in-tree:
	@scripts/in-tree

vmm:
	@scripts/vmm $(SCENARIOS)

vmm-arm64:
	@scripts/vmm-arm64 $(SCENARIOS)

virtio-iommu:
	@scripts/virtio-iommu

hw-arm64:
	@scripts/hw arm64 $(SCENARIOS)

hw-x86:
	@scripts/hw x86 $(SCENARIOS)

lint:
	@scripts/lint

htmldocs:
	@scripts/htmldocs

bench:
	@scripts/bench

bench-hw:
	@scripts/hw-bench

dist:
	@scripts/dist

deb:
	@scripts/deb

install:
	@scripts/install "$(PREFIX)" "$(DESTDIR)"

clean:
	rm -rf "$(BUILD)"

distclean-cache:
	rm -rf "$(CACHE)"
