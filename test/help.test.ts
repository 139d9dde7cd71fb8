import { CommanderError } from 'commander'
import { describe, expect, it, vi } from 'vitest'
import { createProgram } from '../server/commands/program.js'
import { nowhere } from './command.js'

const verbs = createProgram(nowhere, () => {}).commands.map((command) => command.name())
const groups = ['snapshot', 'fault']

/** What the program writes for words that ask for help, and the exit code that goes with it. */
async function written(...words: readonly string[]): Promise<{ readonly text: string; readonly code: number }> {
  const texts: string[] = []
  const take = (text: unknown) => {
    texts.push(String(text))
    return true
  }
  const spies = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')]
  for (const spy of spies) spy.mockImplementation(take)
  try {
    await createProgram(nowhere, () => {}).parseAsync(words, { from: 'user' })
    return { text: texts.join(''), code: 0 }
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { text: texts.join(''), code: error.exitCode }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

describe('The help', () => {
  it.each(verbs.filter((verb) => verb !== 'help' && !groups.includes(verb)))(
    'of %s shows examples of it',
    async (verb) => {
      const { text, code } = await written('help', verb)
      expect(code).toBe(0)
      expect(text).toMatch(new RegExp(`^Usage: backstock ${verb} `))
      expect(text.split('Examples:')[1]).toContain(`backstock ${verb}`)
      expect((await written(verb, '--help')).text).toBe(text)
    },
  )

  it('is that of all without a verb, and names every verb', async () => {
    const { text } = await written('help')
    expect(text).toBe((await written('--help')).text)
    for (const verb of verbs) expect(text).toMatch(new RegExp(`^  ${verb}\\b`, 'm'))
  })

  it.each(groups)('of the verbs of %s is found by both words', async (group) => {
    const { text } = await written('help', group)
    const [first = ''] = /^ {2}(\w+)/m.exec(text.split('Commands:')[1] ?? '')?.slice(1) ?? []
    expect((await written('help', group, first)).text).toMatch(new RegExp(`^Usage: backstock ${group} ${first} `))
  })

  it.each([
    [['help', 'exce'], `unknown command 'exce'; did you mean "exec"?`],
    [['help', 'fault', 'disram'], `unknown command 'disram'; did you mean "disarm"?`],
    [['help', 'exec', 'more'], `unknown command 'more'`],
    [['help', 'zzzzzzzzzz'], `unknown command 'zzzzzzzzzz'; known: start, exec, `],
    [['hlep'], `unknown command 'hlep'; did you mean "help"?`],
    [['docter'], `unknown command 'docter'; did you mean "doctor"?`],
    [['doctor', '--jsno'], "unknown option '--jsno'\n(Did you mean --json?)"],
  ])('for %j says what was probably meant', async (words, told) => {
    const { text, code } = await written(...words)
    expect(code).toBe(1)
    expect(text).toContain(told)
    expect(text).not.toContain('Usage:')
  })
})
