/** Sizes of clothes by their letters; what stands in no order of its own is sorted behind numbers, as text. */
const letters = ['XXXS', 'XXS', 'XS', 'S', 'M', 'L', 'XL', 'XXL', 'XXXL', 'XXXXL']
const counted = /^(\d)(X[SL])$/

/** The order in which a person expects sizes: XS before S before L, 28 before 30, the rest by their text. */
export function compareSizes(one: string, other: string): number {
  const [a, b] = [rankOf(one), rankOf(other)]
  return a[0] - b[0] || a[1] - b[1] || one.localeCompare(other, 'en', { numeric: true })
}

function rankOf(size: string): readonly [group: number, rank: number] {
  const text = size.trim().toUpperCase()
  const [, times, letter] = counted.exec(text) ?? []
  const spelt = times === undefined || letter === undefined ? text : 'X'.repeat(Number(times) - 1) + letter
  const rank = letters.indexOf(spelt)
  if (rank >= 0) return [0, rank]
  return /^\d+(?:[.,]\d+)?$/.test(text) ? [1, Number(text.replace(',', '.'))] : [2, 0]
}
