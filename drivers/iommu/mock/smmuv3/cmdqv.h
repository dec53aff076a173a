/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock SMMUv3: a companion that virtualises its command queue, as NVIDIA's Tegra241 has
 * one (CMDQV)
 *
 * Command queues (VCMDQs) are given to virtual interfaces (VINTFs), whose number for
 * them is a logical one. A VINTF of a virtual machine has the VMID and the StreamIDs of
 * that, and its page 0 is mapped by it: so a guest's invalidations need no host.
 *
 * The registers are those that the kernel's driver uses; there is no public
 * specification. All of it runs under &mock_iommu.lock unless a function says otherwise.
 */
#ifndef __IOMMU_MOCK_SMMUV3_CMDQV_H
#define __IOMMU_MOCK_SMMUV3_CMDQV_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/hrtimer.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct dentry;
struct mock_iommu;
struct mock_smmu;
struct mock_smmu_cmd;
struct mock_smmu_queue;

/* Pages of 64K: configuration, all VCMDQs, then two for each VINTF */
#define CMDQV_PAGE		SZ_64K
#define CMDQV_VCMDQ_PAGE0	0x10000
#define CMDQV_VCMDQ_PAGE1	0x20000
#define CMDQV_VINTF_PAGES	0x30000
#define CMDQV_VINTF_STRIDE	0x20000
#define CMDQV_VCMDQ_STRIDE	0x80

/* The configuration page */
#define CMDQV_REG_CONFIG	0x0000
#define CMDQV_CONFIG_EN			BIT(0)
#define CMDQV_REG_PARAM		0x0004
#define CMDQV_PARAM_SIDS_LOG2		GENMASK(15, 12)
#define CMDQV_PARAM_VINTFS_LOG2		GENMASK(11, 8)
#define CMDQV_PARAM_VCMDQS_LOG2		GENMASK(7, 4)
#define CMDQV_PARAM_VER			GENMASK(3, 0)
#define CMDQV_REG_STATUS	0x0008
#define CMDQV_STATUS_ENABLED		BIT(0)
#define CMDQV_REG_VI_ERR_MAP	0x0014	/* 2 words */
#define CMDQV_REG_VI_INT_MASK	0x001c	/* 2 words */
#define CMDQV_REG_CMDQ_ERR_MAP	0x0024	/* 4 words */
#define CMDQV_REG_CMDQ_ALLOC	0x0200	/* a word for each VCMDQ */
#define CMDQV_ALLOC_VINTF		GENMASK(20, 15)
#define CMDQV_ALLOC_LVCMDQ		GENMASK(7, 1)
#define CMDQV_ALLOC_ALLOCATED		BIT(0)

/* In the configuration page, for each VINTF */
#define CMDQV_REG_VINTF		0x1000
#define CMDQV_REG_VINTF_STRIDE	0x100
#define CMDQV_VINTF_CONFIG	0x00
#define CMDQV_VINTF_CONFIG_HYP_OWN	BIT(17)
#define CMDQV_VINTF_CONFIG_VMID		GENMASK(16, 1)
#define CMDQV_VINTF_CONFIG_EN		BIT(0)
#define CMDQV_VINTF_STATUS	0x04
#define CMDQV_VINTF_STATUS_ENABLED	BIT(0)
#define CMDQV_VINTF_SID_MATCH	0x40	/* a word for each StreamID */
#define CMDQV_SID_MATCH_VIRT_SID	GENMASK(20, 1)
#define CMDQV_SID_MATCH_EN		BIT(0)
#define CMDQV_VINTF_SID_REPLACE	0x80	/* likewise */
#define CMDQV_SID_REPLACE_PHYS_SID	GENMASK(19, 0)
#define CMDQV_VINTF_ERR_MAP	0xc0	/* 4 words */

/* Of a VCMDQ in page 0 */
#define CMDQV_VCMDQ_CONS	0x00
#define CMDQV_VCMDQ_CONS_ERR		GENMASK(30, 24)
#define CMDQV_VCMDQ_INDEX		GENMASK(19, 0)
#define CMDQV_VCMDQ_PROD	0x04
#define CMDQV_VCMDQ_CONFIG	0x08
#define CMDQV_VCMDQ_EN			BIT(0)
#define CMDQV_VCMDQ_STATUS	0x0c
#define CMDQV_VCMDQ_ENABLED		BIT(0)
#define CMDQV_VCMDQ_GERROR	0x10
#define CMDQV_VCMDQ_CMDQ_ERR		BIT(0)
#define CMDQV_VCMDQ_GERRORN	0x14
#define CMDQV_VCMDQ_NR_WORDS	6

/* Of a VCMDQ in page 1 */
#define CMDQV_VCMDQ_BASE	0x00	/* 64 bits */
#define CMDQV_BASE_ADDR			GENMASK_ULL(47, 5)
#define CMDQV_BASE_LOG2SIZE		GENMASK_ULL(4, 0)
#define CMDQV_VCMDQ_CONS_BASE	0x08	/* 64 bits */

/* So many have room in the memory that is behind their pages */
#define MOCK_CMDQV_MAX_VINTFS	16
/* As many bits as error maps have */
#define MOCK_CMDQV_MAX_VCMDQS	128
#define MOCK_CMDQV_MAX_SIDS	16

/**
 * struct mock_cmdqv_config - which companion an SMMU has, constant while live
 * @on: it has one
 * @vintfs: virtual interfaces, a power of two
 * @vcmdqs: command queues, a power of two
 * @sids: StreamIDs of a virtual interface, a power of two
 */
struct mock_cmdqv_config {
	bool on;
	u32 vintfs;
	u32 vcmdqs;
	u32 sids;
};

/**
 * struct mock_cmdqv_queue - a VCMDQ
 * @alloc: CMDQ_ALLOC
 * @word: its registers in page 0
 * @base: BASE
 * @cons_base: CONS_INDX_BASE, which is kept and does nothing
 * @shown: what was found, or put last, in memory that shows these words
 * @atc_lost: an ATC invalidation of it was not answered, CMD_SYNC has to say so
 */
struct mock_cmdqv_queue {
	u32 alloc;
	u32 word[CMDQV_VCMDQ_NR_WORDS];
	u64 base;
	u64 cons_base;
	u32 shown[CMDQV_VCMDQ_NR_WORDS];
	bool atc_lost;
};

/**
 * struct mock_cmdqv_vintf - a virtual interface
 * @config: CONFIG
 * @status: STATUS
 * @match: SID_MATCH
 * @replace: SID_REPLACE
 */
struct mock_cmdqv_vintf {
	u32 config;
	u32 status;
	u32 match[MOCK_CMDQV_MAX_SIDS];
	u32 replace[MOCK_CMDQV_MAX_SIDS];
};

/**
 * struct mock_cmdqv - the companion
 * @m: the SMMU
 * @nr_vintfs: virtual interfaces
 * @nr_queues: command queues
 * @nr_sids: StreamIDs of a virtual interface
 * @config: CONFIG
 * @status: STATUS
 * @int_mask: VI_INT_MASK: virtual interfaces whose errors raise no interrupt
 * @vintfs: virtual interfaces
 * @queues: command queues
 * @memory: what userspace finds where the registers are, %NULL for nothing
 * @timer: looks what userspace has written there
 * @polling: the timer is started
 * @stopped: it is not to be started again
 * @period_ns: when it looks next
 */
struct mock_cmdqv {
	struct mock_smmu *m;
	u32 nr_vintfs;
	u32 nr_queues;
	u32 nr_sids;
	u32 config;
	u32 status;
	u32 int_mask[2];
	struct mock_cmdqv_vintf vintfs[MOCK_CMDQV_MAX_VINTFS];
	struct mock_cmdqv_queue queues[MOCK_CMDQV_MAX_VCMDQS];
	void *memory;
	struct hrtimer timer;
	bool polling;
	bool stopped;
	u32 period_ns;
};

static inline u32 mock_cmdqv_alloc_vintf(const struct mock_cmdqv_queue *q)
{
	return FIELD_GET(CMDQV_ALLOC_VINTF, q->alloc);
}

static inline u32 mock_cmdqv_alloc_lvcmdq(const struct mock_cmdqv_queue *q)
{
	return FIELD_GET(CMDQV_ALLOC_LVCMDQ, q->alloc);
}

static inline bool mock_cmdqv_is_of(const struct mock_cmdqv_queue *q, u32 vintf)
{
	return (q->alloc & CMDQV_ALLOC_ALLOCATED) && mock_cmdqv_alloc_vintf(q) == vintf;
}

/* The word of a VCMDQ at an offset in page 0 */
static inline u32 *mock_cmdqv_word(struct mock_cmdqv_queue *q, u32 off)
{
	return &q->word[off / sizeof(u32)];
}

static inline bool mock_cmdqv_error_active(const struct mock_cmdqv_queue *q)
{
	return (q->word[CMDQV_VCMDQ_GERROR / 4] ^ q->word[CMDQV_VCMDQ_GERRORN / 4]) &
	       CMDQV_VCMDQ_CMDQ_ERR;
}

/* cmdqv.c */
extern const struct iommu_regs_ops mock_cmdqv_regs_ops;
void mock_cmdqv_config_default(struct mock_cmdqv_config *config);
u32 mock_cmdqv_size(const struct mock_cmdqv_config *config);
const char *mock_cmdqv_config_check(const struct mock_cmdqv_config *config);
int mock_cmdqv_create(struct mock_smmu *m, void *memory);
void mock_cmdqv_destroy(struct mock_smmu *m);
void mock_cmdqv_unstall(struct mock_smmu *m);

/* cmdqv_alloc.c */
struct mock_cmdqv_queue *mock_cmdqv_find(struct mock_cmdqv *v, u32 vintf, u32 lvcmdq);
void mock_cmdqv_alloc_write(struct mock_cmdqv *v, struct mock_cmdqv_queue *q, u32 val);

/* cmdqv_queue.c */
u32 mock_cmdqv_queue_read(struct mock_cmdqv *v, struct mock_cmdqv_queue *q, u32 off);
void mock_cmdqv_queue_write(struct mock_cmdqv *v, struct mock_cmdqv_queue *q, u32 off,
			    u32 val);
void mock_cmdqv_queue_word(struct mock_cmdqv *v, struct mock_cmdqv_queue *q, u32 off,
			   u32 val);
void mock_cmdqv_queue_get(const struct mock_cmdqv *v, const struct mock_cmdqv_queue *vq,
			  struct mock_smmu_queue *q);
void mock_cmdqv_queue_status(struct mock_cmdqv *v, struct mock_cmdqv_queue *q);
bool mock_cmdqv_queue_run(struct mock_cmdqv *v, struct mock_cmdqv_queue *q,
			  unsigned int budget);
bool mock_cmdqv_run(struct mock_smmu *m, unsigned int budget);
bool *mock_cmdqv_atc_lost(struct mock_smmu *m, u16 asker);

/* cmdqv_cmd.c */
u8 mock_cmdqv_cmd_decode(const struct mock_cmdqv *v, const struct mock_cmdqv_queue *q,
			 u64 *words, struct mock_smmu_cmd *cmd);

/* cmdqv_page.c */
void mock_cmdqv_page_init(struct mock_cmdqv *v);
void mock_cmdqv_page_stop(struct mock_cmdqv *v);
void mock_cmdqv_page_clear(struct mock_cmdqv *v, u32 vintf);
void mock_cmdqv_page_forget(struct mock_cmdqv *v, struct mock_cmdqv_queue *q);
void mock_cmdqv_page_show(struct mock_cmdqv *v, struct mock_cmdqv_queue *q);
bool mock_cmdqv_page_watched(const struct mock_cmdqv *v, const struct mock_cmdqv_queue *q);
bool mock_cmdqv_page_poll(struct mock_cmdqv *v, bool *busy);
void mock_cmdqv_page_watch(struct mock_cmdqv *v);

/* cmdqv_debugfs.c */
void mock_cmdqv_debugfs(struct mock_iommu *mi, struct dentry *dir);

/* send.c */
void mock_smmu_send_cmdqv_irq(struct mock_smmu *m);

#endif /* __IOMMU_MOCK_SMMUV3_CMDQV_H */
