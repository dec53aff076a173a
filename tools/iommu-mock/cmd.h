/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_MOCK_CMD_H
#define IOMMU_MOCK_CMD_H

/*
 * The sub-commands. Each has its own name as argv[0], and returns the status of the
 * command: 0, 1 if it could not do what it was told, 2 if it was told wrongly. Those of
 * run and shell are in Documentation/iommu-mock.rst.
 */
int cmd_run(int argc, char **argv);
int cmd_shell(int argc, char **argv);
int cmd_unit(int argc, char **argv);
int cmd_endpoint(int argc, char **argv);
int cmd_fault(int argc, char **argv);
int cmd_queue(int argc, char **argv);
int cmd_caches(int argc, char **argv);
int cmd_walk(int argc, char **argv);
int cmd_complaints(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
/* For bin/iommu-mock of a tree: "--needs COMMAND..." prints what that is to find built. */
int cmd_needs(int argc, char **argv);
int cmd_help(int argc, char **argv);

#endif
