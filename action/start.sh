#!/usr/bin/env bash
# Starts the emulator, which goes on behind the step; ready when this ends. What the steps behind it need is in GITHUB_ENV.
set -euo pipefail

place=$RUNNER_TEMP/backstock
mkdir -p "$place"

if [[ -n $VERSION ]]; then
  npm install --prefix "$place" --ignore-scripts --no-audit --no-fund --no-save "backstock@$VERSION"
  cli=$place/node_modules/backstock/dist/server/cli.js
else
  cli=$ACTION_PATH/dist/server/cli.js
  [[ -f $cli ]] || (cd "$ACTION_PATH" && npm ci --ignore-scripts --no-audit --no-fund && npm run --silent build)
fi

words=(--port "$PORT" --log-format json)
[[ -z $SEED ]] || words+=(--seed "$SEED")
while IFS= read -r word; do
  word=${word%$'\r'}
  [[ -z $word ]] || words+=("$word")
done <<< "$OPTIONS"

# There before the shell in the background has opened it.
: > "$place/told"
nohup node "$cli" "${words[@]}" > "$place/told" 2> "$place/log" < /dev/null &
pid=$!

# A line of its stdout says where it listens; one that cannot start is gone by then.
for ((tries = 0; tries < 300; tries++)); do
  url=$(sed -n 's/.*"event":"ready".*"url":"\([^"]*\)".*/\1/p' "$place/told")
  [[ -z $url ]] || break
  kill -0 "$pid" 2> /dev/null || break
  sleep 0.1
done
if [[ -z $url ]]; then
  kill "$pid" 2> /dev/null || true
  cat "$place/log"
  echo '::error title=Backstock::The emulator did not start; its output above says why.'
  exit 1
fi

{
  echo "BACKSTOCK_URL=$url"
  echo "JOOR_BASE_URL=$url"
  echo "JIRAFE_BASE_URL=$url"
} >> "$GITHUB_ENV"
echo "url=$url" >> "$GITHUB_OUTPUT"
echo "$pid" > "$place/pid"
echo "Backstock is ready on $url"
