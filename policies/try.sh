#!/bin/sh
# Decides one example: policies/try.sh OPA policies/examples/<question>.<what>.input.json
# The first word of the file name is the question: sending, disclosure, transition or access.
set -eu
opa=$1
input=$2
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
question=$(basename "$input" | cut -d. -f1)
case $question in
sending | disclosure | transition | access) ;;
*)
	echo "$input: the name must begin with sending., disclosure., transition. or access." >&2
	exit 2
	;;
esac
set -- --data "$here/data"
for folder in "$here"/*/; do
	case $(basename "$folder") in
	checks | data | examples | schemas) ;;
	*) set -- "$@" --data "$folder" ;;
	esac
done
exec "$opa" eval "$@" --input "$input" --format raw --fail --strict-builtin-errors \
	"json.marshal_with_options(data.schakel.$question.decision, {\"pretty\": true, \"indent\": \"  \"})"
