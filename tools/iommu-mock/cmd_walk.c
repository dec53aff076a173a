// SPDX-License-Identifier: GPL-2.0-only
/*
 * iommu-mock walk: what the tables say of an address now, step by step. Nothing
 * changes by that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "cmd_names.h"
#include "say.h"
#include "spec.h"

static const char usage[] =
	"usage: iommu-mock walk UNIT ENDPOINT [PASID] IOVA [r|w|x]\n"
	"\n"
	"How the unit would translate a request of the endpoint by the tables as they are now:\n"
	"each entry, what comes of it, and which cache has an entry that would be used instead.\n"
	"x needs a PASID. UNIT may be left out if there is one unit only.\n";

/* All that the file has to say */
static bool answer(int fd)
{
	char text[65536];
	ssize_t got;

	while ((got = read(fd, text, sizeof(text))) > 0)
		fwrite(text, 1, got, stdout);
	return !got;
}

/* What the kernel does not like about a request */
static int refused(const char *unit, const char *request, int error)
{
	struct names names = endpoint_names(unit);
	int status = 1;

	if (error == ENOENT)
		say("unit %s has no such endpoint; its endpoints: %s", unit, names_list(&names));
	else if (error == EINVAL || error == ERANGE)
		status = usage_error(usage, "'%s' is no request: %s", request,
				     "a PASID has 20 bits, an address 64, and x needs a PASID");
	else
		say("the walk cannot be asked for: %s", strerror(error));
	names_free(&names);
	return status;
}

static int walk(const char *unit, const char *request)
{
	char *path = form("%s/walk", unit_debugfs(unit));
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int status = 0;

	if (fd < 0)
		die(1, "%s cannot be opened: %s", path, strerror(errno));
	if (write(fd, request, strlen(request)) < 0) {
		status = refused(unit, request, errno);
	} else if (!answer(fd)) {
		say("%s cannot be read: %s", path, strerror(errno));
		status = 1;
	}
	close(fd);
	free(path);
	return status;
}

/* ENDPOINT may have its unit before a slash */
static char *without_unit(const char *unit, const char *endpoint)
{
	size_t length = strlen(unit);

	if (!strncmp(endpoint, unit, length) && endpoint[length] == '/')
		return copy_string(endpoint + length + 1);
	return copy_string(endpoint);
}

int cmd_walk(int argc, char **argv)
{
	const char *slash;
	char *unit, *request;
	int i, status;

	if (usage_wanted(argc, argv, usage))
		return 0;
	if (argc < 3 || argc > 6)
		return usage_error(usage, "which endpoint, and which address?");
	need_mock();
	slash = strchr(argv[1], '/');
	if (slash) {
		unit = find_unit(form("%.*s", (int)(slash - argv[1]), argv[1]));
	} else if (is_unit(argv[1])) {
		unit = find_unit(argv[1]);
		argc--;
		argv++;
	} else {
		unit = find_unit(NULL);
	}
	if (argc < 3)
		return usage_error(usage, "which endpoint, and which address?");
	request = without_unit(unit, argv[1]);
	for (i = 2; i < argc; i++) {
		char *longer = form("%s %s", request, argv[i]);

		free(request);
		request = longer;
	}
	status = walk(unit, request);
	free(request);
	free(unit);
	return status;
}
