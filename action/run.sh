#!/usr/bin/env bash
# The one step of the action.
set -euo pipefail

case $MODE in
  start | report) exec bash "$ACTION_PATH/action/$MODE.sh" ;;
  *)
    echo "::error title=Backstock::mode is $MODE. Right is start or report."
    exit 2
    ;;
esac
