import type { FaultDocument } from './document.js'
import { type FaultKind, kinds } from './fault.js'
import { readFault } from './reading.js'
import type { FaultyCall, Speaker } from './speaker.js'

const byWord: ReadonlyMap<string, FaultKind> = new Map(
  // Object.keys forgets the names that the table's type states.
  (Object.keys(kinds) as FaultKind[]).map((kind) => [kinds[kind].magic.word, kind]),
)

/** The faults that a call's own values ask for: its site first, then its SKUs in their order, each word once. */
export function* magicSpeakers({ site, skus }: FaultyCall): Iterable<Speaker> {
  const bySite = site === undefined ? undefined : byWord.get(site)
  if (bySite !== undefined) {
    const { word, fault } = kinds[bySite].magic
    yield speaker(word, fault)
  }
  const told = new Set<string>()
  for (const names of skus)
    for (const name of names) {
      const kind = byWord.get(name)
      if (kind === undefined || told.has(name)) continue
      told.add(name)
      // Of a SKU that fails, the items that bear it fail.
      yield speaker(name, kind === 'partial' ? { kind, items: { sku: [name] } } : kinds[kind].magic.fault)
    }
}

/** Magic always speaks, so nothing is counted of it. */
function speaker(word: string, document: FaultDocument): Speaker {
  return { fault: readFault(document), document, by: { magic: word }, hits: 0, hit: () => {}, unhit: () => {} }
}
