import { allRules, writeListed } from '../rule-list.js'

/** A rule beside the statement of a document that rests on it; what it says stands once, in the document's `x-rules`. */
export interface Evidence {
  readonly rule: string
  readonly evidence: string
  readonly source: string
}

const rules = new Map(allRules.map((rule) => [rule.id, rule]))

/** The rows of the rule book with these ids, in this order. Throws for an id that no row has. */
export function evidenceOf(ids: readonly string[]): readonly Evidence[] {
  return ids.map((id) => {
    const rule = rules.get(id)
    if (rule === undefined) throw new Error(`There is no rule ${id}.`)
    return { rule: id, evidence: rule.evidence, source: rule.source }
  })
}

/** All rules of a book whose groups are among these: `date` stands for `joor.date.…`. */
export function rulesOfGroups(vendor: string, groups: readonly string[]): readonly string[] {
  const isMeant = (id: string) => groups.some((group) => id.startsWith(`${vendor}.${group}.`))
  return [...rules.keys()].filter(isMeant)
}

/** The book of a vendor as a document has it, by id: operations name their rules and do not repeat them. */
export function bookOf(vendor: string) {
  const own = allRules.filter(({ id }) => id.startsWith(`${vendor}.`))
  return Object.fromEntries(own.map((each) => [each.id, withoutId(writeListed(each))]))
}

function withoutId({ rule: _id, ...told }: ReturnType<typeof writeListed>) {
  return told
}
