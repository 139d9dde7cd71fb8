import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { paint, wantsColor } from '../server/commands/colors.js'
import type { Outside } from '../server/commands/outside.js'
import { type Column, shorten, Table } from '../server/commands/table.js'
import { printable, printableBetweenTabs } from '../server/printable.js'

interface Pair {
  readonly name: string
  readonly note: string
}

const columns: readonly Column<Pair>[] = [
  { title: 'name', read: ({ name }) => name, weight: 2, least: 4 },
  { title: 'note', read: ({ note }) => note, weight: 1, least: 5 },
]

/** As much of the outside as a table sees. */
const window = (width: number | undefined, colored = false) => ({ columns: () => width, colored }) as Outside

function linesOf(rows: readonly Pair[], width: number | undefined): readonly string[] {
  const table = new Table(columns, window(width), rows)
  return [table.head(), ...rows.map((row) => table.row(row))]
}

const rows = [
  { name: 'New York', note: 'all that there is' },
  { name: '東京倉庫', note: 'x' },
]

describe('A table', () => {
  it('shortens nothing where there is no window', () => {
    expect(linesOf(rows, undefined)).toEqual(['name      note', 'New York  all that there is', '東京倉庫  x'])
  })

  it.each([
    [27, ['name      note', 'New York  all that there is', '東京倉庫  x']],
    [26, ['name      note', 'New York  all that there …', '東京倉庫  x']],
    [15, ['name      note', 'New York  all …', '東京倉庫  x']],
    [14, ['name     note', 'New Yo…  all …', '東京倉…  x']],
    [11, ['name  note', 'New…  all …', '東…   x']],
    [10, ['name', 'New York', '東京倉庫']],
    [5, ['name', 'New …', '東京…']],
    [1, ['…', '…', '…']],
  ])('of %i columns shortens what matters least first, then leaves it out', (width, lines) => {
    expect(linesOf(rows, width)).toEqual(lines)
  })

  it('puts numbers under each other, and cuts where the column says', () => {
    const table = new Table<Pair>(
      [
        { title: 'at', read: ({ name }) => name, weight: 1, least: 9, cut: 'start' },
        { title: 'n', read: ({ note }) => note, weight: 2, least: 1, align: 'right' },
      ],
      window(14),
      [{ name: '2026-01-31 12:00:00', note: '100' }],
    )
    expect(table.row({ name: '2026-01-31 12:00:00', note: '7' })).toBe('…12:00:00    7')
  })

  it('follows the window, which may be dragged between two lines', () => {
    let width = 27
    const table = new Table(columns, { ...window(0), columns: () => width }, rows)
    expect(rows.map((row) => table.row(row))[0]).toBe('New York  all that there is')
    width = 15
    expect(table.row(rows[0] ?? { name: '', note: '' })).toBe('New York  all …')
  })

  it('never has a line wider than its window, nor one that breaks or steers, whatever the texts', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('👩‍👩‍👧', '\u001b[31m', 'e\u0301', '\u202eabc', '🇩🇪', '한국'),
    )
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: text, note: text }), { minLength: 1 }),
        fc.integer({ min: 1, max: 60 }),
        (some, width) => {
          for (const line of linesOf(some, width)) {
            expect(stringWidth(line)).toBeLessThanOrEqual(width)
            expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u)
          }
        },
      ),
    )
  })

  it('would be told by that test if it counted characters', () => {
    expect('東京倉庫'.length).toBeLessThan(stringWidth('東京倉庫'))
    expect(stringWidth('👩‍👩‍👧')).toBe(2)
    expect(stringWidth('e\u0301')).toBe(1)
  })
})

describe('A text', () => {
  it.each([
    ['plain', 'plain', 5],
    ['plain', 'pla…', 4],
    ['東京倉庫', '東京…', 6],
    ['👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', '👩‍👩‍👧👩‍👩‍👧…', 5],
    ['e\u0301e\u0301e\u0301', 'e\u0301…', 2],
  ])('%s becomes %s in %i columns', (text, short, width) => {
    expect(shorten(text, width)).toBe(short)
  })

  it.each([
    ['\u001b[2J', '\\u001b[2J'],
    ['a\nb\u0007', 'a\\u000ab\\u0007'],
    ['\u202edrow\u2066\u061c\u200f', '\\u202edrow\\u2066\\u061c\\u200f'],
    ['\u2028\u0085\u009b1m', '\\u2028\\u0085\\u009b1m'],
    ['\ud800', '\\ud800'],
    ['東京 👩‍👩‍👧 é «»', '東京 👩‍👩‍👧 é «»'],
  ])('%j cannot steer the terminal', (text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  it('keeps its tabs only where a whole text is shown', () => {
    expect([printable('a\tb'), printableBetweenTabs('a\tb\u001b')]).toEqual(['a\\u0009b', 'a\tb\\u001b'])
  })
})

describe('Colours', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ TERM: 'xterm-256color' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: 'false' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, false, true],
  ])('with %j and a terminal: %s are wanted: %s', (env, isTerminal, wanted) => {
    expect(wantsColor(env, isTerminal)).toBe(wanted)
  })

  it('stand around the text of a cell, not around its room', () => {
    const table = new Table<Pair>(
      [{ title: 'name', read: ({ name }) => name, color: () => 'red', weight: 1, least: 1, align: 'right' }],
      window(20, true),
      rows,
    )
    expect(table.row({ name: '7', note: '' })).toBe('       \u001b[31m7\u001b[39m')
    expect(paint('7', 'red', window(20))).toBe('7')
    expect(paint('', 'red', window(20, true))).toBe('')
  })
})
