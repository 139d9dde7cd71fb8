import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

// `npm run test:mutation`: what the run came to, file by file, and why each mutant that is left was left. It fails
// below the mark, and for a survivor that nobody has given a reason.
const mark = 90
const here = new URL('.', import.meta.url)
const { files } = JSON.parse(readFileSync('reports/mutation.json', 'utf8'))
const reasons = parse(readFileSync(new URL('survivors.yaml', here), 'utf8')) ?? []

const detected = new Set(['Killed', 'Timeout'])
const undetected = new Set(['Survived', 'NoCoverage'])
const faults = []
const used = new Set()
const rows = []
const survivors = []
let allKilled = 0
let all = 0

for (const [file, { source, mutants }] of Object.entries(files)) {
  const lines = source.split('\n')
  const killed = mutants.filter(({ status }) => detected.has(status)).length
  const left = mutants.filter(({ status }) => undetected.has(status))
  const valid = killed + left.length
  allKilled += killed
  all += valid
  rows.push(`| ${file} | ${valid} | ${killed} | ${left.length} | ${share(killed, valid)} |`)
  for (const mutant of left) {
    const change = { file, from: originalOf(mutant, lines), to: mutant.replacement }
    const line = lines[mutant.location.start.line - 1].trim()
    const whole = { ...change, line, mutator: mutant.mutatorName }
    const given = reasons.find(({ reason: _, ...match }) => isLike(whole, match))
    if (given === undefined) faults.push(whole)
    else used.add(given)
    survivors.push(
      `| ${file}:${mutant.location.start.line} | ${code(change.from)} → ${code(change.to)} | ${given?.reason} |`,
    )
  }
}

/** Whether the survivor is one of those that a reason is given for: what the reason does not name may be anything. */
function isLike(survivor, match) {
  return Object.entries(match).every(([name, value]) => survivor[name] === value)
}

function originalOf({ location: { start, end } }, lines) {
  if (start.line === end.line) return lines[start.line - 1].slice(start.column - 1, end.column - 1)
  const [first, ...rest] = lines.slice(start.line - 1, end.line)
  const last = rest.pop()
  return [first.slice(start.column - 1), ...rest, last.slice(0, end.column - 1)].join('\n')
}

function share(part, whole) {
  return whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`
}

function code(text) {
  const flat = text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('`', "'")
  return `\`${flat.length > 100 ? `${flat.slice(0, 100)}…` : flat}\``
}

const result = [
  '# Mutation testing of the vendors’ rooms',
  '',
  'Printed by `npm run test:mutation`: Stryker changes one thing at a time in what reads, decides and writes in both',
  'rooms, in how an event is judged and in what a call costs, and the vendors’ suites have to notice. The files that these',
  'call are not changed.',
  '',
  '| file | mutants | killed | left | |',
  '| --- | --- | --- | --- | --- |',
  ...rows,
  `| **all** | ${all} | ${allKilled} | ${all - allKilled} | ${share(allKilled, all)} |`,
  '',
  '## What is left, and why',
  '',
  '| where | change | reason |',
  '| --- | --- | --- |',
  ...survivors,
  '',
].join('\n')

console.log(`${allKilled} of ${all} mutants killed, ${share(allKilled, all)}; ${faults.length} left without a reason`)
if (faults.length > 0) {
  writeFileSync('reports/survivors-without-reason.json', `${JSON.stringify(faults, null, 2)}\n`)
  console.log('They are in reports/survivors-without-reason.json; give each a test, or a reason in survivors.yaml.')
}
const stale = reasons.filter((each) => !used.has(each) || each.file === undefined || each.line === undefined)
for (const each of stale) console.log(`A reason fits no survivor, or names no file and line: ${JSON.stringify(each)}`)
const belowMark = all === 0 || 100 * allKilled < mark * all
if (belowMark) console.log(`The mark is ${mark} %.`)
if (faults.length > 0 || stale.length > 0 || belowMark) process.exit(1)
writeFileSync(new URL('result.md', here), result)
