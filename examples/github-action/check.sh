#!/bin/bash
# Whatever a job wants to try: here a branch that is there only until the reset.
set -eu
field() { node -p 'require(process.env.PAIL_CREDENTIALS)[process.argv[1]]' "$1"; }
branches=$PAIL_URL/2.0/repositories/team/site/refs/branches
# By stdin, as whoever is on the machine can read arguments.
call() { curl --silent --output /dev/null --write-out '%{http_code}' --config - "$@" <<<"user = \"$(field email):$(field token)\""; }

[ "$(call "$branches" --json '{"name": "feature", "target": {"hash": "main"}}')" = 201 ]
[ "$(call "$branches/feature")" = 200 ]
pail control reset
[ "$(call "$branches/feature")" = 404 ]
