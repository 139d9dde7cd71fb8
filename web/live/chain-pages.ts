/** Lists of rows by their name. */
export type ListsOf<Rows> = { readonly [Name in keyof Rows]: readonly Rows[Name][] }

export interface Page<Rows, Left> {
  readonly cursor: string
  readonly left: Left
  /** Undefined where it was not asked for yet, or let go of. */
  readonly lists: ListsOf<Rows> | undefined
  /** How many rows it has in each list; undefined until it was asked for. */
  readonly counts: ReadonlyMap<keyof Rows, number> | undefined
  readonly items: number
}

/** Rows in sight: the first, and the one behind the last. */
export type Range = readonly [first: number, last: number]
type Seen<Rows> = ReadonlyMap<keyof Rows, Range>

/** Rows that are kept besides those in sight; of other pages their length and their place are. */
const mostRows = 12_000
/** So many rows are there behind those in sight before somebody comes to them. */
const ahead = 60

export const unasked = <Left>(cursor: string, left: Left) => ({
  cursor,
  left,
  lists: undefined,
  counts: undefined,
  items: 0,
})
/** It was asked for, and let go of. */
export const isGone = <Rows, Left>({ lists, counts }: Page<Rows, Left>) => lists === undefined && counts !== undefined

export function countsOf<Rows>(lists: ListsOf<Rows>): ReadonlyMap<keyof Rows, number> {
  // Object.keys cannot say which names an object has.
  const names = Object.keys(lists) as (keyof Rows)[]
  return new Map(names.map((name) => [name, lists[name].length]))
}

/** The rows of a list, undefined where their page was let go of. */
export function rowsOf<Rows, Left, Name extends keyof Rows>(
  pages: readonly Page<Rows, Left>[],
  name: Name,
): readonly (Rows[Name] | undefined)[] {
  return pages.flatMap(({ lists, counts }): readonly (Rows[Name] | undefined)[] => {
    if (lists !== undefined) return lists[name]
    return new Array(counts?.get(name) ?? 0).fill(undefined)
  })
}

/** The first and the last page of which something is in sight. */
export function inSight<Rows, Left>(pages: readonly Page<Rows, Left>[], seen: Seen<Rows>): readonly [number, number] {
  let [from, to] = [pages.length - 1, 0]
  for (const [name, [first, last]] of seen) {
    let start = 0
    for (const [index, { counts }] of pages.entries()) {
      const end = start + (counts?.get(name) ?? 0)
      if (start < last && end > first) {
        from = Math.min(from, index)
        to = Math.max(to, index)
      }
      start = end
    }
  }
  return from > to ? [0, 0] : [from, to]
}

/** Every list in sight is near its end: where only one of them is, it may be the end of what there is of its kind. */
export function isShort<Rows, Left>(pages: readonly Page<Rows, Left>[], seen: Seen<Rows>): boolean {
  return [...seen].every(([name, [, last]]) => {
    const length = pages.reduce((sum, { counts }) => sum + (counts?.get(name) ?? 0), 0)
    return length < last + ahead
  })
}

/** The pages without the content of those that are far from what is in sight. */
export function withoutFar<Rows, Left>(
  pages: readonly Page<Rows, Left>[],
  seen: Seen<Rows>,
): readonly Page<Rows, Left>[] {
  const [from, to] = inSight(pages, seen)
  const distance = (index: number) => Math.max(from - index, index - to, 0)
  const nearest = [...pages.entries()].sort(([one], [other]) => distance(one) - distance(other))
  const near = new Set<number>()
  let rows = 0
  for (const [index, { counts }] of nearest) {
    for (const count of counts?.values() ?? []) rows += count
    if (rows <= mostRows || distance(index) === 0) near.add(index)
  }
  return pages.map((page, index) => (near.has(index) ? page : { ...page, lists: undefined }))
}
