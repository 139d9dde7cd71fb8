import { flagsFor, headerFlag, methodFlag, shellWord } from '../shell-words.js'
import { type Example, type ExampleCall, type Exercise, exampleSite, exampleToken } from './exercises.js'

/** Where the commands are sent, whether the emulator lets in declared clients only, and whether its control plane asks for a token. */
export interface Destination {
  readonly url: string
  readonly declaredOnly: boolean
  readonly guarded: boolean
}

/** The credentials that cases write out themselves are those of this token. */
const tokenOfCases = 'case-token'

/**
 * The calls of a case up to the one that comes to the rule, as commands to copy: by an account and a site of their own,
 * so that nothing of anybody's is touched. Undefined where no shell can send them.
 */
export function writeExample(
  rule: string,
  { call, alone }: Exercise,
  example: Example | undefined,
  to: Destination,
): string | undefined {
  if (example?.calls[call] === undefined) return undefined
  const calls = example.calls.slice(alone ? call : 0, call + 1)
  const name = `example-${rule.split('.').slice(1).join('-').replaceAll('_', '-')}`
  const own = calls.every(({ headers }) => headers.Authorization?.endsWith(exampleToken) ?? true)
  const token = own ? name : tokenOfCases
  return [
    ...given(example, calls, name, token, to).map(([path, value]) => put(to, path, value)),
    ...repeated(calls.map((each) => curl(to.url, each, name, token))),
  ].join('\n')
}

/** The same command several times in a row is written once. */
function repeated(commands: readonly string[]): readonly string[] {
  const lines: { command: string; times: number }[] = []
  for (const command of commands) {
    const last = lines.at(-1)
    if (last?.command === command) last.times++
    else lines.push({ command, times: 1 })
  }
  return lines.map(({ command, times }) => (times === 1 ? command : `for _ in $(seq ${times}); do ${command}; done`))
}

type Given = readonly [path: string, value: unknown]

/** What the control plane has to be told before. */
function given(
  { account, site, clock }: Example,
  calls: readonly ExampleCall[],
  name: string,
  token: string,
  { declaredOnly }: Destination,
): readonly Given[] {
  const asSite = calls.some((each) => each.call.includes(exampleSite) || each.body?.includes(exampleSite))
  const declared: Given[] = []
  const isDeclared = declaredOnly || clock !== undefined
  if (account !== undefined || (isDeclared && !asSite)) declared.push([`joor/accounts/${name}`, { token, ...account }])
  if (site !== undefined || (isDeclared && asSite)) declared.push([`jirafe/sites/${name}`, { token, ...site }])
  if (clock !== undefined) declared.push([`clock?${asSite ? 'site' : 'account'}=${name}`, { freeze: clock }])
  return declared
}

function put({ url, guarded }: Destination, path: string, value: unknown): string {
  // The token stays in the shell of whoever copies the command.
  const bring = guarded ? '-H "Authorization: Bearer $BACKSTOCK_CONTROL_TOKEN" ' : ''
  return `curl -X PUT ${shellWord(`${url}/_backstock/${path}`)} ${bring}--data-raw ${shellWord(JSON.stringify(value))}`
}

function curl(url: string, { call, headers, body }: ExampleCall, name: string, token: string): string {
  const [method = '', target = ''] = call.replaceAll(exampleSite, name).split(' ')
  const flags = Object.entries(headers).map(([header, value]) => {
    if (value === null) return `-H ${shellWord(`${header}:`)}`
    const filled = value.replace(exampleToken, () => (value.startsWith('OAuth2') ? encoded(token) : token))
    return `-H ${shellWord(headerFlag(header, filled))}`
  })
  const isTyped = Object.keys(headers).some((header) => header.toLowerCase() === 'content-type')
  // Without this header curl would say that the body is a form.
  const untyped = body === undefined || isTyped ? [] : ["-H 'Content-Type:'"]
  const data = body === undefined ? [] : [`--data-raw ${shellWord(body.replaceAll(exampleSite, name))}`]
  return [
    `curl ${methodFlag(method)}`,
    shellWord(url + target),
    ...flagsFor(target),
    ...flags,
    ...untyped,
    ...data,
  ].join(' ')
}

const encoded = (token: string) => Buffer.from(token).toString('base64')
