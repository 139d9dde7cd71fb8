import { counted } from '../counted.js'
import type { BrokenRule } from '../journal/broken-rule.js'
import { escapeMarkdown } from '../wire/markdown.js'
import { type Report, writeMessage, writeSource, writeTotals } from './report.js'

/** A table of what was broken, worst first; nothing in it is markup but what stands here. */
export function writeMarkdown(report: Report): string {
  const { broken, kept } = report
  const keptTold = `${counted(kept.length, 'rule')} kept`
  if (broken.length === 0) return `**No rule broken**, ${keptTold}.\n`
  const rows = broken.map((each) => line(cellsOf(each)))
  const head = [line(['level', 'rule', 'count', 'seen, and what is right', 'first at']), '|---|---|---:|---|---|']
  return [
    `**${counted(broken.length, 'rule')} broken** (${writeTotals(report)}), ${keptTold}.`,
    '',
    ...head,
    ...rows,
    '',
  ].join('\n')
}

function cellsOf({ rule, level, count, calls, requests, examples }: BrokenRule): readonly string[] {
  const [first] = examples
  const times = requests.length > 0 ? `${count} in ${calls} ${calls === 1 ? 'call' : 'calls'}` : String(count)
  const told = first === undefined ? '' : escapeMarkdown(writeMessage(first))
  return [
    level,
    `\`${rule.id}\`<br>${escapeMarkdown(rule.says)} (${rule.evidence})`,
    times,
    told,
    first === undefined ? '' : escapeMarkdown(writeSource(first)),
  ]
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
