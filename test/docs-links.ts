import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The only addresses elsewhere that a text leads to. What a client calls is code, and no link. */
const meantToBeThere = ['https://keepachangelog.com/en/1.1.0/', 'https://mswjs.io', 'https://semver.org/']

/** The text without what is shown as it is: fenced blocks and code within a line. */
const proseOf = (markdown: string) =>
  markdown.replaceAll(/^ {0,3}(```+|~~~+).*?^ {0,3}\1 *$/gms, '').replaceAll(/(`+)(?!`).*?[^`]\1(?!`)/gs, '')

/** Where every link, picture and bare address of a text leads. */
export function targetsOf(markdown: string): readonly string[] {
  const prose = proseOf(markdown)
  const found = [
    prose.matchAll(/\]\(\s*<?([^\s)>]+)>?[^)]*\)/g),
    prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm),
    prose.matchAll(/\b(?:href|src|srcset)="([^"]*)"/g),
    prose.matchAll(/(?<![("<[]|\]: ?)\b(https?:\/\/[^\s<>)"]+)/g),
    prose.matchAll(/<(https?:\/\/[^>]+)>/g),
  ]
  return found.flatMap((matches) => [...matches].map(([, target = '']) => target))
}

/** The anchors of a text's headings, as GitHub makes them: the second of one name ends in -1. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const text = markdown.replaceAll(/^ {0,3}(```+|~~~+).*?^ {0,3}\1 *$/gms, '')
  const anchors = [...text.matchAll(/^#{1,6} +(.+?) *#* *$/gm)].map(([, heading = '']) => {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-')
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return times === 0 ? anchor : `${anchor}-${times}`
  })
  return new Set(anchors)
}

/** The links of the text at `path` that lead to nothing, one sentence each. */
export function deadLinks(path: string, markdown: string): readonly string[] {
  return targetsOf(markdown).flatMap((target) => {
    const says = faultOf(path, markdown, target)
    return says === undefined ? [] : [`${path}: ${target} ${says}`]
  })
}

function faultOf(path: string, markdown: string, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target))
    return meantToBeThere.includes(target) ? undefined : 'leads elsewhere, and is not meant to'
  const [file = '', anchor] = target.split('#', 2)
  if (file.startsWith('/')) return 'is no relative link'
  const there = file === '' ? path : join(dirname(path), file)
  if (there.startsWith('..')) return 'leads out of the project'
  if (!existsSync(there)) return 'is not there'
  if (anchor === undefined) return
  if (statSync(there).isDirectory() || !there.endsWith('.md')) return 'has no anchors'
  const text = file === '' ? markdown : readFileSync(there, 'utf8')
  return anchorsOf(text).has(anchor) ? undefined : 'names no heading there'
}
