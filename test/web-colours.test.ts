import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

type Colour = readonly [red: number, green: number, blue: number]

const base = readFileSync('web/base.css', 'utf8')

/** The colours of a style sheet by their names, each for light and for dark. */
function coloursIn(css: string): ReadonlyMap<string, readonly [light: Colour, dark: Colour]> {
  const found = css.matchAll(/--([\w-]+): light-dark\(#([\da-f]{6}), #([\da-f]{6})\)/g)
  return new Map([...found].map(([, name = '', light = '', dark = '']) => [name, [readHex(light), readHex(dark)]]))
}

const channel = (hex: string, at: number) => Number.parseInt(hex.slice(at, at + 2), 16)
const readHex = (hex: string): Colour => [channel(hex, 0), channel(hex, 2), channel(hex, 4)]

/** WCAG 2.2, "contrast ratio". */
function contrast(one: Colour, other: Colour): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

const luminance = ([red, green, blue]: Colour) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)

function linear(value: number): number {
  const part = value / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

const texts = ['ink', 'soft', 'accent', 'ok', 'warn', 'error']
const grounds = ['paper', 'well', 'raised']
/** What stands on what, and how much they have to differ: text 4.5, the edge of a control 3. */
const pairs: readonly (readonly [front: string, back: string, least: number])[] = [
  ...texts.flatMap((text) => grounds.map((ground) => [text, ground, 4.5] as const)),
  ...['ink', 'soft', 'accent', 'ok', 'warn'].map((text) => [text, 'accent-well', 4.5] as const),
  ...['ink', 'soft', 'accent', 'warn'].map((text) => [text, 'warn-well', 4.5] as const),
  ...['ink', 'error', 'soft'].map((text) => [text, 'error-well', 4.5] as const),
  ['on-accent', 'accent', 4.5],
  ['paper', 'ink', 4.5],
  ...grounds.map((ground) => ['control-line', ground, 3] as const),
]

function tooFaint(css: string): readonly string[] {
  const colours = coloursIn(css)
  return pairs.flatMap(([front, back, least]) =>
    ['light', 'dark'].flatMap((scheme, index) => {
      const [one, other] = [colours.get(front)?.[index], colours.get(back)?.[index]]
      if (one === undefined || other === undefined) return [`${front} or ${back} is no colour of the pages`]
      const ratio = contrast(one, other)
      return ratio >= least ? [] : [`${front} on ${back}, ${scheme}: ${ratio.toFixed(2)}, and ${least} is asked for`]
    }),
  )
}

describe('The colours of the dashboard', () => {
  it('differ enough from what they stand on, light and dark', () => {
    expect(tooFaint(base)).toEqual([])
  })

  it('are all among those that are looked at', () => {
    const named = new Set([...pairs.map(([front]) => front), ...pairs.map(([, back]) => back)])
    expect([...coloursIn(base).keys()].filter((name) => !named.has(name))).toEqual(['line'])
  })
})

describe('A planted fault', () => {
  it('is caught: grey text that is a little too light', () => {
    const faint = base.replace(/--soft: light-dark\(#\w+/, '--soft: light-dark(#8a9099')
    expect(tooFaint(faint)).toContainEqual(expect.stringMatching(/^soft on paper, light: 3\.\d+, and 4\.5/))
  })

  it('is known: black on white is 21, and a colour on itself 1', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21)
    expect(contrast([9, 9, 9], [9, 9, 9])).toBe(1)
  })
})
