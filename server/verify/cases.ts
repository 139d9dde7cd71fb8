import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { DocumentError, schemaFaults, writeFault, writeLines } from '../documents.js'
import { writePlace } from '../source.js'
import { readSource } from '../source-file.js'

/** What a call's reply must be; what is left out is not judged. */
export interface ExpectedReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | null>>
  /** The reply's very text; `{{uuid}}` stands for a lower-case version-4 UUID. */
  readonly body?: string
  /** JOOR: the items that are echoed as updated, by their index; the rest is not updated. */
  readonly updated?: readonly number[]
  /** JOOR: the call is refused, and the comment has this in it. */
  readonly comment?: string
  /** Jirafe: the messages by path. */
  readonly errors?: Readonly<Record<string, string>>
  /** Jirafe: the type of the error. */
  readonly error_type?: string
}

export interface Step {
  /** `POST /v2/bulk-inventory?overwrite=1` */
  readonly call: string
  readonly headers?: Readonly<Record<string, string | null>>
  /** A text is sent as it is. */
  readonly json?: unknown
  readonly xml?: string
  readonly base64?: string
  readonly reply?: ExpectedReply
}

type Members = Readonly<Record<string, unknown>>

/** One promise of a vendor as data: what is given, the calls and their replies, and what stands afterwards. */
export interface Case {
  /** `joor/overwrite`: the file, below the folder of cases. */
  readonly file: string
  readonly case: string
  readonly rules: readonly string[]
  readonly breaks?: readonly string[]
  readonly effect: 'safe' | 'destructive' | 'local'
  readonly given?: {
    readonly account?: Members
    readonly site?: Members
    readonly settings?: Readonly<Record<string, string>>
    readonly clock?: string
  }
  readonly steps: readonly Step[]
  readonly then?: {
    readonly positions?: readonly Members[]
    readonly levels?: readonly Members[]
    readonly requests?: readonly Members[]
  }
}

/** The cases that come with the package; its own file tells where it stands, built or not. */
export const shippedCases = join(dirname(createRequire(import.meta.url).resolve('#package')), 'contracts', 'cases')

/** Values of `{{name}}` in cases: those of the shipped seed, unless a file gives a sandbox's own. */
export type Variables = Readonly<Record<string, string>>

export const defaultVariables: Variables = {
  warehouse: 'New York',
  other_warehouse: 'Los Angeles',
  upc: '822508068753',
  style_number: 'DM142A2101',
  style_identifier: 'DM142A210191',
  style_id: '707901',
  color_code: 'HPRVTG',
  style_color_id: '1517829',
  size: '32',
  other_size: '28',
  product_code: '822508068753',
  site: 'examples',
}

/** Reads every case of a folder and its folders; throws DocumentError naming file and line of what is wrong. */
export async function readCases(folder: string, variables: Variables): Promise<readonly Case[]> {
  const names = await readdir(folder, { recursive: true })
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort()
  const read = await Promise.all(files.map((name) => readCaseFile(join(folder, name), folder, variables)))
  return read.flat()
}

async function readCaseFile(path: string, folder: string, variables: Variables): Promise<readonly Case[]> {
  const source = await readSource(path)
  const faults = schemaFaults('cases', source.value)
  if (faults.length > 0) {
    const lines = faults.map(
      (fault) => `${writePlace(path, source.place(fault.steps, fault.about))}: ${writeFault(fault)}`,
    )
    throw new DocumentError(faults, writeLines(lines))
  }
  const file = relative(folder, path).replace(/\.ya?ml$/, '')
  // The schema has judged it.
  const cases = fill(source.value, variables, path) as readonly Omit<Case, 'file'>[]
  return cases.map((each) => ({ ...each, file }))
}

/** Puts the variables' values in; a name that no variable has is a fault, but for `{{uuid}}`, which replies match. */
function fill(value: unknown, variables: Variables, path: string): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => {
      if (name === 'uuid') return whole
      const found = variables[name]
      if (found === undefined) throw new DocumentError([], `${path}: there is no variable ${name}`)
      return found
    })
  if (Array.isArray(value)) return value.map((element) => fill(element, variables, path))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fill(member, variables, path)]))
}
