import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** One fenced block of a Markdown text. */
export interface Block {
  readonly language: string
  readonly text: string
}

export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }))
}

/** A command of the text and the reply that is printed right behind it. */
export interface Example {
  readonly command: string
  readonly reply: string
}

export function examplesOf(markdown: string): readonly Example[] {
  const blocks = blocksOf(markdown)
  return blocks.flatMap(({ language, text }, index) => {
    const reply = blocks[index + 1]
    const replied = reply?.language === 'json' || reply?.language === 'text'
    return language === 'sh' && replied ? [{ command: text, reply: reply.text }] : []
  })
}

/** The files that the text shows: a YAML or JavaScript block whose first line is a comment with its path. */
export function filesOf(markdown: string): ReadonlyMap<string, string> {
  const paths = new Map([
    ['yaml', /^# (\S+\.yaml)\n/],
    ['js', /^\/\/ (\S+\.js)\n/],
  ])
  const files = blocksOf(markdown).map(({ language, text }) => [paths.get(language)?.exec(text)?.[1], text] as const)
  return new Map(files.flatMap(([path, text]) => (path === undefined ? [] : [[path, text]])))
}

/** What an example prints when it is run against an emulator at `url` instead of the address in the text. */
export async function outputOf({ command }: Example, url: string, folder: string): Promise<string> {
  // A pipe has no colours unless somebody asks for them, as runners do for their workers, and in CI; nor has a reader
  // of the README the annotations that a runner of GitHub gets.
  const { FORCE_COLOR: _colour, GITHUB_ACTIONS: _runner, ...env } = process.env
  const { stdout } = await run('sh', ['-c', command.replaceAll('http://127.0.0.1:4350', url)], {
    cwd: folder,
    env: { ...env, NO_COLOR: '1', JOOR_SANDBOX_TOKEN: 'sandbox-token' },
  })
  return stdout
}

/** Ids and instants are new in every run; everything else must be as printed. */
export function settled(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, '<instant>')
    .trimEnd()
}
