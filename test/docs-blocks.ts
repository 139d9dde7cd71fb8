/** One fenced block of a Markdown text; `path` where it is a file that the reader is to have. */
export interface Block {
  readonly language: string
  readonly text: string
  /** The line of its opening fence, from 1 on. */
  readonly line: number
  readonly path?: string
  /** True where nothing but blank lines stands between it and the block before. */
  readonly isNext: boolean
}

/** A command of the text and the reply that is printed right behind it, if one is. */
export interface Example {
  readonly command: string
  readonly reply?: string
}

const fence = /^ {0,3}(```+|~~~+)\s*(\S*)/
const pathBehindComment = /^(?:#|\/\/|<!--|--) ?(\S+\.[a-z]+)(?: -->)?$/
/** CSV and JSON have no comments, so the line above the block names the file: "`styles.csv`:". */
const pathAbove = /`([\w./-]+\.(?:csv|json|xml|yaml))`:$/

/** Every fenced block, also an indented one, one of tildes and one that nobody closes. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = []
  const lines = markdown.split('\n')
  let textAbove = ''
  for (let at = 0; at < lines.length; at += 1) {
    const [, marks = '', language = ''] = fence.exec(lines[at] ?? '') ?? []
    if (marks === '') {
      if (lines[at]?.trim() !== '') textAbove = lines[at] ?? ''
      continue
    }
    const end = lines.findIndex((line, index) => index > at && line.trim() === marks)
    const inside = lines.slice(at + 1, end < 0 ? undefined : end)
    const path = pathOf(inside, textAbove)
    const text = inside.map((line) => `${line}\n`).join('')
    blocks.push({ language, text, line: at + 1, isNext: textAbove === '', ...(path !== undefined && { path }) })
    if (end < 0) break
    at = end
    textAbove = ''
  }
  return blocks
}

const pathOf = (inside: readonly string[], above: string) =>
  pathBehindComment.exec(inside[0] ?? '')?.[1] ?? pathAbove.exec(above)?.[1]

const replyLanguages = ['json', 'text', 'xml', 'csv']
const isReply = ({ language, isNext, path }: Block, before: Block | undefined) =>
  replyLanguages.includes(language) && isNext && path === undefined && before?.language === 'sh'

/** Every command block, in the order of the text. */
export function examplesOf(markdown: string): readonly Example[] {
  const blocks = blocksOf(markdown)
  return blocks.flatMap((block, index) => {
    if (block.language !== 'sh') return []
    const next = blocks[index + 1]
    return [{ command: block.text, ...(next !== undefined && isReply(next, block) && { reply: next.text }) }]
  })
}

/** The files that the text shows: blocks that name their path in a comment of their first line, or in the line above. */
export function filesOf(markdown: string): ReadonlyMap<string, string> {
  const files = blocksOf(markdown).filter(({ language }) => language !== 'sh')
  return new Map(files.flatMap(({ path, text }) => (path === undefined ? [] : [[path, text]])))
}

/** Parts of files, which no command needs, are at least what they say they are; JSON is YAML. */
const fragmentLanguages = ['yaml', 'json']

export function fragmentsOf(markdown: string): readonly string[] {
  const blocks = blocksOf(markdown)
  const fragments = blocks.filter(
    (block, index) =>
      fragmentLanguages.includes(block.language) && block.path === undefined && !isReply(block, blocks[index - 1]),
  )
  return fragments.map(({ text }) => text)
}

/** What nothing at hand can run. Each is held to what it names by the tests of its page. */
const shownLanguages = ['dockerfile', 'java', 'python', 'ts']

/** The blocks that nothing carries out, one sentence each. */
export function unfollowed(markdown: string): readonly string[] {
  const blocks = blocksOf(markdown)
  const fences = markdown.split('\n').filter((line) => /^\s*(```|~~~)/.test(line)).length
  const lost = fences === 2 * blocks.length ? [] : [`${fences} fences make ${blocks.length} blocks`]
  const found = blocks.flatMap((block, index) => {
    const says = reasonOf(block, blocks[index - 1], blocks)
    return says === undefined ? [] : [`line ${block.line}: ${says}`]
  })
  return [...lost, ...found]
}

function reasonOf(block: Block, before: Block | undefined, blocks: readonly Block[]): string | undefined {
  const { language, path } = block
  if (language === 'sh' || isReply(block, before) || shownLanguages.includes(language)) return
  if (path !== undefined)
    return blocks.some((other) => names(other, block)) ? undefined : `no other block has a use for ${path}`
  if (!fragmentLanguages.includes(language))
    return `"${language}" is no command, no reply to one and no file with a path`
}

/** A command or a file names another file by its path, its name or the folder that it is alone in. */
function names(other: Block, file: Block): boolean {
  const path = file.path ?? ''
  const name = path.split('/').at(-1) ?? path
  const folder = path.slice(0, -name.length).replace(/\/$/, '')
  return other !== file && (other.text.includes(name) || (folder !== '' && other.text.includes(folder)))
}

/** Ids, instants and ports are new in every run; everything else must be as printed. */
export function settled(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, '<instant>')
    .replaceAll(/(http:\/\/(?:127\.0\.0\.1|0\.0\.0\.0)):\d+/g, '$1:<port>')
    .trimEnd()
}
