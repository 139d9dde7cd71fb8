import type { OpenApi, Schema } from '../../api/documents.js'
import { branchesOf, shownOf } from './schema-reading.js'

/** Schemas may hold themselves; a sample is a start for a person and no more. */
const deepest = 4

/** The least that a schema asks for, to begin with where there is no example: its required fields, else its first. */
export function sampleOf(document: OpenApi, schema: Schema, depth = 0): unknown {
  const { shown } = shownOf(document, schema)
  if (shown.const !== undefined) return shown.const
  if (shown.default !== undefined) return shown.default
  const [value] = shown.enum ?? []
  if (value !== undefined) return value
  const type = typeof shown.type === 'string' || shown.type === undefined ? shown.type : shown.type[0]
  const [way] = shown.oneOf ?? shown.anyOf ?? []
  if (type === 'integer' || type === 'number') return shown.minimum ?? 0
  if (type === 'boolean') return false
  if (type === 'null') return null
  if (type === 'string') return ''
  if (depth >= deepest) return type === 'array' ? [] : {}
  if (type === 'array') return shown.items === undefined ? [] : [sampleOf(document, shown.items, depth + 1)]
  if (way !== undefined) return sampleOf(document, way, depth)
  const fields = branchesOf(document, shown).filter(({ isField }) => isField)
  const asked = fields.filter(({ isRequired }) => isRequired)
  const written = asked.length > 0 ? asked : fields.slice(0, 1)
  return Object.fromEntries(written.map((each) => [each.label, sampleOf(document, each.schema, depth + 1)]))
}
