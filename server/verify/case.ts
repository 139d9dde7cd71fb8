type Members = Readonly<Record<string, unknown>>

/** What a call's reply must be; what is left out is not judged. */
export interface ExpectedReply {
  readonly status: number
  /** Whether an interim 100 comes before the reply. */
  readonly continue?: boolean
  /** The server closes the connection after the reply; of raw calls only. */
  readonly closes?: true
  /** null: the reply does not have it. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** The reply's very text; `{{uuid}}` stands for a lower-case version-4 UUID. */
  readonly body?: string
  /** The reply's very bytes, where they are no text. */
  readonly base64?: string
  /** The SHA-256 of the reply's bytes, where they are too many to be written down. */
  readonly sha256?: string
  /** JOOR: the items that are echoed as updated, by their index; the rest is not updated. */
  readonly updated?: readonly number[]
  /** JOOR: the call is refused, in the envelope of its path, and the comment has this in it. */
  readonly comment?: string
  /** Jirafe: the messages by path. */
  readonly errors?: Readonly<Record<string, string>>
  /** Jirafe: the type of the error. */
  readonly error_type?: string
  /** Jirafe: the one message has this in it. */
  readonly message?: string
}

/** How a call goes over its socket where the very bytes count: nothing is added, left out or spelled otherwise. */
export interface Raw {
  /** The lines after the request line; `{{length}}` is the body's, `{{host}}` and the tokens are the server's. */
  readonly head: readonly string[]
  readonly version?: '1.0'
  /** The body waits for the interim 100; a number: for so many milliseconds at most, then it goes all the same. */
  readonly wait?: 'continue' | number
  /** The body goes in chunks of so many bytes, the last of which takes the rest. */
  readonly chunks?: readonly number[]
  /** The connection of the raw call before it. */
  readonly connection?: 'kept'
}

export interface Step {
  /** `POST /v2/bulk-inventory?overwrite=1` */
  readonly call: string
  readonly headers?: Readonly<Record<string, string | null>>
  readonly raw?: Raw
  /** A text is sent as it is. */
  readonly json?: unknown
  readonly xml?: string
  readonly base64?: string
  readonly reply?: ExpectedReply
}

/** One promise of a vendor as data: what is given, the calls and their replies, and what stands afterwards. */
export interface Case {
  /** `joor/overwrite`: the file, below the folder of cases. */
  readonly file: string
  readonly case: string
  readonly rules: readonly string[]
  readonly breaks?: readonly string[]
  readonly effect: 'safe' | 'destructive' | 'local'
  /** When a real API answered so: only the replies are judged. */
  readonly recorded?: string
  readonly given?: {
    readonly account?: Members
    readonly site?: Members
    readonly settings?: Readonly<Record<string, string>>
    readonly clock?: string
    readonly anonymous_limit?: number
    readonly failure?: 'inside' | 'storage'
  }
  readonly steps: readonly Step[]
  readonly then?: {
    readonly positions?: readonly Members[]
    readonly levels?: readonly Members[]
    readonly costs?: readonly Members[]
    readonly events?: readonly Members[]
    readonly requests?: readonly Members[]
  }
}

export type Wire = 'json' | 'xml'

/** The format of a step's body. */
export function wireOf(step: Step): Wire | undefined {
  if (step.json !== undefined) return 'json'
  return step.xml === undefined ? undefined : 'xml'
}

/** The bytes that a step sends; a JSON value is written compactly, a text goes as it is. */
export function bodyOf(step: Step): Buffer | undefined {
  if (step.base64 !== undefined) return Buffer.from(step.base64, 'base64')
  if (step.xml !== undefined) return Buffer.from(step.xml)
  if (step.json === undefined) return undefined
  return Buffer.from(typeof step.json === 'string' ? step.json : JSON.stringify(step.json))
}

export function targetOf({ call }: Step): string {
  return call.slice(call.indexOf(' ') + 1)
}

/** JOOR's calls are told by their path. */
export function vendorOf(step: Step): 'joor' | 'jirafe' {
  return /^\/+v2\/+(?:bulk-inventory|style-number)(?:[/?]|$)/.test(targetOf(step)) ? 'joor' : 'jirafe'
}

/** JOOR's single-SKU call has style number and identifier in its path, and the rest in its query. */
export function singleSkuOf(step: Step): ReadonlyMap<string, string> | undefined {
  const target = new URL(targetOf(step).replace(/^\/+/, '/'), 'http://host')
  const path = /^\/v2\/+style-number\/+([^/]+)\/+([^/]+)\/+inventory\/*$/.exec(target.pathname)
  if (path === null) return undefined
  const [, number = '', identifier = ''] = path
  return new Map([
    ['style_number', unescaped(number)],
    ['style_identifier', unescaped(identifier)],
    ...target.searchParams,
  ])
}

function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** A header of the step by its name in any case; undefined where the case says nothing of it. */
export function headerOf({ headers, raw }: Pick<Step, 'headers' | 'raw'>, name: string): string | null | undefined {
  if (raw !== undefined) return headLines(raw, name)[0] ?? null
  return Object.entries(headers ?? {}).find(([each]) => each.toLowerCase() === name)?.[1]
}

/** The values of a raw call's header, of each line that has it. */
export function headLines({ head }: Raw, name: string): readonly string[] {
  return head.flatMap((line) => {
    const colon = line.indexOf(':')
    return line.slice(0, colon).toLowerCase() === name ? [line.slice(colon + 1).trim()] : []
  })
}
