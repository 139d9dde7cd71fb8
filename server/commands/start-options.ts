import { Option } from 'commander'
import { type Given, type StartOption, startOptions } from '../config/config.js'

/** An option of `start` as the command line has it. */
export function createOption({ flag, env, fallback, says }: StartOption): Option {
  const shown = typeof fallback === 'number' || typeof fallback === 'string' ? `default: ${fallback}, ` : ''
  const option = new Option(flag, `${says} (${shown}env: ${env})`)
  if (option.required) option.argParser((text: string, before: readonly string[] = []) => [...before, text])
  return option
}

/** What was given for each option, as texts under its name; a flag without a value is true. */
export function readTexts(given: Readonly<Record<string, readonly string[] | true>>): Given['options'] {
  const texts = startOptions.map(({ name, flag }) => [name, given[new Option(flag).attributeName()]] as const)
  return Object.fromEntries(texts.flatMap(([name, text]) => (text ? [[name, text === true ? ['true'] : text]] : [])))
}
