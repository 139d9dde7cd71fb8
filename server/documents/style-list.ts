import type { Color, Size, Style } from '../state/store.js'
import { type Fault, faultAt } from './documents.js'
import { type Step, writePath } from './source.js'

type Identifier = string | number

/** A style list as its schema takes it: identifiers as text or integers. */
export interface StyleDocument {
  readonly style_number: Identifier
  readonly style_identifier: Identifier
  readonly style_id?: Identifier
  readonly colors: readonly ColorDocument[]
}
export interface ColorDocument {
  readonly color_code: Identifier
  readonly style_color_id?: Identifier
  readonly sizes: readonly SizeDocument[]
}
export interface SizeDocument {
  readonly size: Identifier
  readonly size_code?: Identifier
  readonly upc?: Identifier
}

/** All identifiers as text. */
export function readStyle({ style_number, style_identifier, style_id, colors }: StyleDocument): Style {
  return {
    style_number: String(style_number),
    style_identifier: String(style_identifier),
    ...(style_id !== undefined && { style_id: String(style_id) }),
    colors: colors.map(readColor),
  }
}

function readColor({ color_code, style_color_id, sizes }: ColorDocument): Color {
  return {
    color_code: String(color_code),
    ...(style_color_id !== undefined && { style_color_id: String(style_color_id) }),
    sizes: sizes.map(readSize),
  }
}

function readSize({ size, size_code, upc }: SizeDocument): Size {
  return {
    size: String(size),
    ...(size_code !== undefined && { size_code: String(size_code) }),
    ...(upc !== undefined && { upc: String(upc) }),
  }
}

/** Something that a style list may say only once. */
interface Identity {
  readonly says: string
  readonly steps: readonly Step[]
  /** Two identities are the same when these are. */
  readonly key: readonly Step[]
}

/** An identity that the list gives again, and where it had it first. */
export interface Repetition {
  readonly says: string
  readonly steps: readonly Step[]
  readonly first: readonly Step[]
}

/** What would make one item mean two SKUs. A size code may come again: the vendor says that it names a run of sizes. */
export function repetitions(styles: readonly Style[]): readonly Repetition[] {
  const firsts = new Map<string, readonly Step[]>()
  const found: Repetition[] = []
  for (const { says, steps, key } of identities(styles)) {
    const text = JSON.stringify(key)
    const first = firsts.get(text)
    if (first === undefined) firsts.set(text, steps)
    else found.push({ says, steps, first })
  }
  return found
}

/** The repetitions as faults of the list that stands at these steps. */
export function repetitionFaults(styles: readonly Style[], at: readonly Step[]): readonly Fault[] {
  return repetitions(styles).map(({ says, steps, first }) =>
    faultAt([...at, ...steps], `${says} is given twice, first at ${writePath([...at, ...first])}`),
  )
}

function* identities(styles: readonly Style[]): Generator<Identity> {
  for (const [index, style] of styles.entries()) {
    const { style_number: number, style_identifier: identifier, style_id: id } = style
    yield {
      says: `style "${number}" with identifier "${identifier}"`,
      steps: [index],
      key: ['style', number, identifier],
    }
    if (id !== undefined) yield { says: `style_id ${id}`, steps: [index, 'style_id'], key: ['style_id', id] }
    yield* colorIdentities(style.colors, index)
  }
}

function* colorIdentities(colors: readonly Color[], style: number): Generator<Identity> {
  for (const [index, { color_code: code, style_color_id: id, sizes }] of colors.entries()) {
    const steps = [style, 'colors', index]
    yield { says: `color "${code}" of this style`, steps, key: ['color', style, code] }
    if (id !== undefined)
      yield { says: `style_color_id ${id}`, steps: [...steps, 'style_color_id'], key: ['style_color_id', id] }
    yield* sizeIdentities(sizes, steps)
  }
}

function* sizeIdentities(sizes: readonly Size[], color: readonly Step[]): Generator<Identity> {
  for (const [index, { size, upc }] of sizes.entries()) {
    const steps = [...color, 'sizes', index]
    yield { says: `size "${size}" of this color`, steps, key: ['size', ...color, size] }
    if (upc !== undefined) yield { says: `upc "${upc}"`, steps: [...steps, 'upc'], key: ['upc', upc] }
  }
}
