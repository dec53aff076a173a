/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests start from: an iommufd, two functions behind an IOMMU, and
 * memory that they read and write. They are QEMU's edu behind the IOMMU of the
 * machine, or, with HW_MOCK=KIND in the environment, endpoints behind a mock
 * unit of that kind (see mock_func.h), which is made for each test.
 *
 * Functions return 0 or a negative errno unless they say something else.
 */
#ifndef HW_H
#define HW_H

#include <stdbool.h>
#include <stdint.h>
#include <dualstage_raw.h>

#include "func.h"
#include "guest.h"
#include "mock.h"
#include "util.h"

#define HW_DEVS		2
#define HW_GPA		0x40000000ull
#define HW_RAM_SIZE	(8 * SZ_1M)

/**
 * struct hw - all of it
 * @iommufd: where the objects are
 * @mock: the unit, if it is a mock; its name is empty if it is not
 * @func: the functions, bound to @iommufd but attached to nothing
 * @ram: memory, one block
 */
struct hw {
	int iommufd;
	struct mock mock;
	struct func func[HW_DEVS];
	struct guest ram;
};

int hw_open(struct hw *hw);
/* As above; each aligned 2M of the memory is physically in one piece */
int hw_open_2m(struct hw *hw);
/* As above; no two pages that follow one another are in one piece */
int hw_open_scattered(struct hw *hw);
void hw_close(struct hw *hw);
/* Are the functions QEMU's, behind what is QEMU's? */
bool hw_is_qemu(const struct hw *hw);

/* An IOAS in which the memory is mapped at its @gpa, all of it */
int hw_ioas(struct hw *hw, uint32_t *ioas);
/* A page of the memory, filled with the pattern of @seed; its GPA, or 0 */
uint64_t hw_page(struct hw *hw, uint64_t seed);
/* Its address here */
void *hw_va(struct hw *hw, uint64_t gpa);

/**
 * struct hw_bounce - a page that a function can always read and write
 * @iova: where the function has it
 * @va: where it is here
 */
struct hw_bounce {
	uint64_t iova;
	void *va;
};

/*
 * What the function reads at @iova comes back by way of @bounce: 0 when it is
 * the pattern of @seed, -EFAULT when it is nothing at all, -EBADMSG when it is
 * something else.
 */
int hw_sees(struct func *f, const struct hw_bounce *bounce, uint64_t iova,
	    uint64_t seed);
/* It writes the pattern of @seed to @iova; whether it may, memory will show */
int hw_writes(struct func *f, const struct hw_bounce *bounce, uint64_t iova,
	      uint64_t seed);

/* An event of the file descriptor within @ms: 1, or 0 if there is none */
int hw_poll(int fd, int ms);

#endif /* HW_H */
