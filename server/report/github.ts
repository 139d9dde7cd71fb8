import type { BrokenRule, Example } from '../journal/broken-rule.js'
import { printable } from '../printable.js'
import { lineAndColumnOf, type Report, wayOf, writeMessage, writeTimes } from './report.js'

/** GitHub shows no more annotations of a kind for one step. */
const most = 10

interface Annotation {
  readonly properties: readonly (readonly [name: string, value: string | number])[]
  readonly message: string
}

/** Workflow commands of GitHub, one a line: for each place in a file, and for each rule that calls broke. */
export function writeGithub({ broken }: Report): string {
  const of = (level: BrokenRule['level']) => broken.filter((each) => each.level === level).flatMap(annotationsOf)
  return [...commands('error', of('error')), ...commands('warning', of('warn'))].map((line) => `${line}\n`).join('')
}

function annotationsOf(broken: BrokenRule): readonly Annotation[] {
  const { rule, examples, requests } = broken
  const inFiles = examples.flatMap((example) => annotationOf(rule.id, example))
  if (inFiles.length > 0) return inFiles
  const [example] = examples
  if (example === undefined) return []
  const place = [wayOf(example.at), `request ${requests[0] ?? ''}`].filter(Boolean).join(', ')
  const message = `${writeMessage(example)}\n${rule.says} Broken ${writeTimes(broken)}, first at ${place}.`
  return [{ properties: [['title', rule.id]], message }]
}

function annotationOf(title: string, example: Example): readonly Annotation[] {
  const { source, at } = example
  if (!('file' in source)) return []
  const { line, column } = lineAndColumnOf(at)
  const properties = [
    ['file', source.file],
    ['line', line],
    ['col', column],
    ['title', title],
  ] as const
  return [{ properties, message: writeMessage(example) }]
}

function commands(kind: 'error' | 'warning', annotations: readonly Annotation[]): readonly string[] {
  const left = annotations.length - most
  return annotations.slice(0, most).map(({ properties, message }, index) => {
    const more = left > 0 && index === most - 1 ? `\nand ${left} more ${kind}${left === 1 ? '' : 's'}` : ''
    const told = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    return `::${kind} ${told.join(',')}::${escapeMessage(message + more)}`
  })
}

/** Whoever reads a log at a terminal is not steered by it; the ends of lines are GitHub's to show. */
const harmless = (text: string) => text.replace(/[^\r\n]+/g, printable)
const escapeMessage = (text: string) =>
  harmless(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapeProperty = (text: string) => escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
