# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What others copy into their CI is run as it stands, on a tarball of this machine.

# python ARG... <SCRIPT: by whichever has the module yaml
python()
{
	local python

	for python in python3 /usr/bin/python3; do
		! "$python" -c 'import yaml' 2>/dev/null || break
	done
	"$python" - "$@"
}

# workflow: the steps that run something, as Python reads them: a name, NUL, a script, NUL
workflow()
{
	python "$TOP/tools/ci/github-workflow.yml" <<-'PYTHON'
	import sys
	import yaml

	flow = yaml.safe_load(open(sys.argv[1]))
	# YAML takes "on" for a boolean.
	assert set(flow) == {"name", True, "env", "jobs"}, set(flow)
	assert set(flow["env"]) == {"TARBALL", "SHA256"}, flow["env"]
	(job,) = flow["jobs"].values()
	assert job["strategy"]["matrix"] == {"unit": ["vtd", "smmuv3"]}
	assert job["env"] == {"UNIT": "${{ matrix.unit }}"}
	for step in job["steps"]:
	    assert ("uses" in step) != ("run" in step), step
	    if "run" in step:
	        assert "${{" not in step["run"], "GitHub replaces that, a shell does not"
	        sys.stdout.write(f'{step["name"]}\0{step["run"]}\0')
	PYTHON
}

# recipe: the script in the documentation
recipe()
{
	awk '/^.. check-ci: recipe$/ { on = 1; next }
		on && /^[^ :]/ { exit }
		on && /^   / { print substr($0, 4) }' "$TOP/Documentation/ci.rst"
}

# their_machine: with a VMM's repository on it, and the tarball, by its address
their_machine()
{
	local archive

	elsewhere
	archive=$(packed)
	mkdir "$there/repository" "$there/temp"
	cp "$archive" "$there/tarball"
	cp -r "$TOP/tools/example/vmm-test-c" "$there/repository/tests"
	nobodys
	TARBALL="file://${there// /%20}/tarball"
}

# job UNIT: what GitHub does with the steps in $T/steps
job()
{
	local name script path=/usr/bin:/bin

	rm -rf "$there/temp"/*
	: >"$there/temp/path"
	[ "$(id -u)" -ne 0 ] || chown nobody "$there/temp/path"
	while IFS= read -r -d '' name && IFS= read -r -d '' script; do
		echo "step: $name"
		printf '%s' "$script" >"$there/script"
		path=$(tac "$there/temp/path" | sed 's/$/:/' | tr -d '\n')/usr/bin:/bin
		(cd "$there/repository" && nobody TARBALL="$TARBALL" UNIT="$1" PATH="$path" \
			SHA256="$(sha256sum <"$there/tarball" | cut -d ' ' -f 1)" \
			RUNNER_TEMP="$there/temp" GITHUB_PATH="$there/temp/path" \
			bash -e "$there/script" </dev/null) || return
	done <"$T/steps"
}

# How long it took is for the reader of the log.
took()
{
	echo "# $1: $(($(date +%s%N) / 1000000 - $2)) ms, tarball of $(stat -c %s "$there/tarball") bytes"
}

test_workflow_of_github()
{
	local unit start

	workflow >"$T/steps"
	[ "$(tr -cd '\0' <"$T/steps" | wc -c)" -eq 6 ] || fail "there are not three steps"
	their_machine
	for unit in vtd smmuv3; do
		start=$(($(date +%s%N) / 1000000))
		succeeds job "$unit"
		took "a job, $unit" "$start"
		[ "$(grep -c '^ok: ' "$T/out")" -eq 11 ] || fail "the test has not run"
		[ -s "$there/repository/logs/dmesg" ] || fail "no log is kept"
		rm -r "$there/repository/logs"
	done
	echo damaged >>"$there/tarball.new"
	cat "$there/tarball" >>"$there/tarball.new"
	TARBALL+=.new
	fails job vtd
	says "FAILED"
	does_not_say "step: Build"
}

test_recipe_of_the_documentation()
{
	local start

	recipe >"$T/recipe"
	[ "$(wc -l <"$T/recipe")" -gt 5 ] || fail "there is no recipe"
	their_machine
	cp "$T/recipe" "$there/script"
	cd "$there/repository"
	start=$(($(date +%s%N) / 1000000))
	succeeds nobody PATH=/usr/bin:/bin TMPDIR="$there/temp" TARBALL="$TARBALL" sh "$there/script"
	took "the recipe" "$start"
	shown
}
