#!/usr/bin/env bash
# Writes what the steps before it broke, and which rules they came to, into the job's summary and beside the run; then
# stops the emulator.
set -euo pipefail

place=$RUNNER_TEMP/backstock
if [[ ! -f $place/pid || -z ${BACKSTOCK_URL:-} ]]; then
  echo '::error title=Backstock::No emulator was started in this job. Right is a step with "mode: start" before this one.'
  exit 2
fi
case $FAIL_ON in
  '' | violations | errors) ;;
  *)
    echo "::error title=Backstock::fail-on is $FAIL_ON. Right is violations, errors, or nothing."
    exit 2
    ;;
esac

read -r pid < "$place/pid"
stop() {
  kill "$pid" 2> /dev/null || true
  rm -f "$place/pid"
}
trap stop EXIT

ask() {
  local token=()
  [[ -z ${BACKSTOCK_CONTROL_TOKEN:-} ]] || token=(-H "Authorization: Bearer $BACKSTOCK_CONTROL_TOKEN")
  curl --silent --show-error --fail --max-time 60 "${token[@]}" "$BACKSTOCK_URL/_backstock/$1"
}

# GitHub takes a megabyte of a step, and nothing of one that is larger.
{
  ask 'violations?format=markdown&run=ended'
  echo
  ask 'coverage?format=markdown'
} > "$place/summary.md"
head -c 1000000 "$place/summary.md" >> "$GITHUB_STEP_SUMMARY"
annotations=$(ask 'violations?format=github&run=ended')
printf '%s\n' "$annotations"

case $FAIL_ON in
  violations) pattern='^::(error|warning|notice) ' ;;
  errors) pattern='^::error ' ;;
  *) exit 0 ;;
esac
if grep -qE "$pattern" <<< "$annotations"; then
  echo "Backstock: this fails the run, as fail-on is $FAIL_ON"
  exit 1
fi
