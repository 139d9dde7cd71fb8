import { type Fault, faultAt } from '../documents/documents.js'
import { type Source, SourceError, type Step, writePlace } from '../documents/source.js'
import { readSource } from '../documents/source-file.js'
import { didYouMean } from '../suggestion.js'
import { escapeXml } from './values.js'

/** Values of `{{name}}` in cases. */
export type Variables = Readonly<Record<string, string | number>>

/** Those of the shipped seed, unless a file gives a sandbox's own. */
export const defaultVariables: Variables = {
  warehouse: 'New York',
  other_warehouse: 'Los Angeles',
  upc: '822508068753',
  style_number: 'DM142A2101',
  style_identifier: 'DM142A210191',
  /** One that stands under a single style number. */
  unique_style_identifier: 'SELVD12',
  style_id: 707901,
  color_code: 'HPRVTG',
  style_color_id: 1517829,
  size: '32',
  other_size: '28',
  /** The two SKUs that the page lists as made to order, as far as they differ from the above. */
  made_to_order_style_number: 'SELVD12',
  paired_style_number: 'XXXXXX',
  paired_color_code: 'CC2',
  paired_size: 'S',
  product_code: '822508068753',
  site: 'examples',
}

/** What `{{…}}` means in the head of a raw call beside the variables: what is known once it is sent. */
export const sendingNames = ['host', 'length', 'joor_token', 'joor_base64', 'jirafe_token'] as const

/** What `{{…}}` means in a reply's text beside the variables, and in the head of a raw call. */
const reserved: readonly string[] = ['uuid', 'text', ...sendingNames]

/** A file of variables; its names are judged by `refuseUnused` once the cases are known. */
export async function readVariables(path: string): Promise<{ readonly values: Variables; readonly source: Source }> {
  const source = await readSource(path)
  const { value } = source
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SourceError(`${path}: the variables must be a mapping, such as warehouse: New York`)
  const entries = Object.entries(value).map(([name, each]): [string, string | number] => {
    const place = writePlace(path, source.place([name], 'value'))
    if (reserved.includes(name))
      throw new SourceError(`${place}: ${name} is no variable; {{${name}}} has its own meaning`)
    if (typeof each === 'number' || (typeof each === 'string' && each !== '')) return [name, each]
    throw new SourceError(`${place}: ${name}: must be text that is not empty, or a number`)
  })
  return { values: Object.fromEntries(entries), source }
}

/** A misspelt variable would leave the default in force, and its stock on a sandbox be touched; throws SourceError. */
export function refuseUnused(
  { values, source }: { values: Variables; source: Source },
  used: ReadonlySet<string>,
): void {
  const known = [...new Set([...Object.keys(defaultVariables), ...used])]
  for (const name of Object.keys(values)) {
    if (known.includes(name)) continue
    const place = writePlace(source.path, source.place([name], 'name'))
    throw new SourceError(
      `${place}: no case has the variable ${name}${didYouMean(name, known) || `; known: ${known.join(', ')}`}`,
    )
  }
}

/** Puts the values in; the texts that go over the wire as they are get them in their own notation. */
export class Filling {
  readonly used = new Set<string>()
  readonly faults: Fault[] = []
  readonly #variables: Variables

  constructor(variables: Variables) {
    this.#variables = variables
  }

  fill(value: unknown, steps: readonly Step[] = []): unknown {
    if (typeof value === 'string') return this.#fillText(value, steps)
    if (Array.isArray(value)) return value.map((element, index) => this.fill(element, [...steps, index]))
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(([name, member]) => [name, this.fill(member, [...steps, name])])
    return Object.fromEntries(entries)
  }

  #fillText(text: string, steps: readonly Step[]): string | number {
    const whole = /^\{\{(\w+)\}\}$/.exec(text)?.[1]
    const number = whole === undefined ? undefined : this.#variables[whole]
    // Inside a JSON value the text is no text on the wire: a number stays one.
    if (whole !== undefined && typeof number === 'number' && steps.slice(0, -1).includes('json')) {
      this.used.add(whole)
      return number
    }
    const write = notation(text, steps)
    return text.replaceAll(/\{\{(\w+)\}\}/g, (template, name: string) => {
      if (name === 'uuid' && steps.at(-1) === 'body') return template
      const later: readonly string[] = steps.at(-2) === 'head' ? sendingNames : []
      if (later.includes(name)) return template
      if (!Object.hasOwn(this.#variables, name)) {
        const known = [...Object.keys(this.#variables), ...later]
        this.faults.push(
          faultAt(steps, `there is no variable ${name}${didYouMean(name, known) || `; known: ${known.join(', ')}`}`),
        )
        return template
      }
      this.used.add(name)
      return write(String(this.#variables[name]))
    })
  }
}

type Write = (value: string) => string

const asJson: Write = (value) => JSON.stringify(value).slice(1, -1)

function notation(text: string, steps: readonly Step[]): Write {
  switch (steps.at(-1)) {
    case 'call':
      return encodeURIComponent
    case 'xml':
      return escapeXml
    case 'json':
      return asJson
    case 'body':
      return text.trimStart().startsWith('<') ? escapeXml : asJson
    default:
      return (value) => value
  }
}
