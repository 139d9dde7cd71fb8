import type { Prepared } from './prepare.js'

/** Longer texts do not fit one argument of a command on every system. */
const longestArgument = 100_000

/** The call as a command. `$BACKSTOCK_TOKEN` is what follows the scheme, for the shell to fill in. */
export function writeCurl(
  call: Exclude<Prepared, { problem: string }>,
  origin: string,
  scheme: string | undefined,
): string {
  const { method, address, headers, body } = call
  const command = [
    `curl -X ${method} ${word(origin + address)}`,
    ...(scheme === undefined ? [] : [`-H "Authorization: ${scheme} $BACKSTOCK_TOKEN"`]),
    ...headers.map(([name, value]) => `-H ${word(`${name}: ${value}`)}`),
  ].join(' ')
  if (body === undefined) return command
  if (body.length <= longestArgument) return `${command} --data-raw ${word(body)}`
  return `printf %s ${word(body)} | ${command} --data-binary @-`
}

/** Single quotes keep every character but themselves. */
const word = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
