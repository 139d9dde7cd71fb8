import type { Change, Row } from '../../api/requests.js'

/** A row of the panel: what was changed, or one field of it. */
export type ChangeRow =
  | { readonly key: string; readonly kind: Change['kind']; readonly title: string }
  | { readonly key: string; readonly field: string; readonly before: string; readonly after: string }

/** Each change, and below it the fields that are not what they were. */
export function changeRows(changes: readonly Change[]): readonly ChangeRow[] {
  return changes.flatMap(({ kind, key, before, after }, index) => [
    { key: String(index), kind, title: writeKey(key) },
    ...changedFields(key, before, after).map((field) => ({
      ...{ key: `${index}.${field}`, field },
      ...{ before: writeField(before, field), after: writeField(after, field) },
    })),
  ])
}

function changedFields(key: Row, before: Row | null, after: Row | null): readonly string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  return [...names].filter((name) => !(name in key) && writeField(before, name) !== writeField(after, name))
}

const writeKey = (key: Row) =>
  Object.values(key)
    .filter((value) => value !== null)
    .map((value) =>
      typeof value === 'object'
        ? Object.entries(value ?? {})
            .map(([name, text]) => `${name} ${text}`)
            .join(' ')
        : String(value),
    )
    .join(' · ')

function writeField(row: Row | null, name: string): string {
  const value = row?.[name]
  if (row === null) return '—'
  if (value === null || value === undefined) return 'none'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
