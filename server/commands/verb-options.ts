import { type Command, InvalidArgumentError, Option } from 'commander'
import { didYouMean } from '../suggestion.js'
import { defaultUrl } from './asking.js'

/** One account or one site; everything where neither is named. */
export function addScope(command: Command): Command {
  return command
    .addOption(new Option('--account <name>', 'one JOOR account only').conflicts('site'))
    .addOption(new Option('--site <id>', 'one Jirafe site only'))
}

/** What its control plane asks for where it was started with one. */
export const tokenOption = () =>
  new Option('--control-token <token>', 'the control token of that emulator (env: BACKSTOCK_CONTROL_TOKEN)')

/** Where the emulator is, and the forms that the answer may have: rows, a word that it was done, or nothing. */
export function addAddress(command: Command, answer: 'table' | 'act' | 'silent'): Command {
  command
    .option('--url <url>', `address of the running emulator (default: ${defaultUrl}, env: BACKSTOCK_URL)`)
    .addOption(tokenOption())
  if (answer !== 'silent')
    command.addOption(new Option('--json', 'print what the emulator answers, as JSON').conflicts('csv'))
  if (answer === 'table') command.option('--csv', 'print CSV (RFC 4180)')
  return command
}

export function limitOption(says: string): Option {
  return new Option('--limit <n>', says).argParser((text: string) => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    throw new InvalidArgumentError('Right is a number from 1 on.')
  })
}

/** An option that may be given several times. */
export function repeatable(flag: string, says: string): Option {
  return new Option(flag, says).argParser((text: string, before: readonly string[] = []) => [...before, text])
}

/** What a help ends with. */
export const examplesOf = (...lines: readonly string[]) => `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`

/** The members that are there. */
export function pick<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  // What is undefined is left out, which is all that the type says.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}

/** The verb that was probably meant, as the tail of a sentence, or all that there are. */
export function suggestVerb(verb: string, group: Command): string {
  const verbs = group.commands.map((command) => command.name())
  return didYouMean(verb, verbs) || `; known: ${verbs.join(', ')}`
}
