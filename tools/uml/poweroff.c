// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends the UML kernel: what `halt -f` does, for hosts that have no init system
 * installed.
 */
#include <sys/reboot.h>
#include <unistd.h>

int main(void)
{
	sync();
	return reboot(RB_POWER_OFF);
}
