import { signal } from '@preact/signals'
import { listPositions, type Position } from '../../api/stock.js'
import { PageChain, type PageSource } from '../../live/page-chain.js'
import { compareSizes } from './size-order.js'
import { divideStock, nothingLeft, type StockLeft, type StockLists } from './stock-rows.js'

/** What is shown of an account. */
export interface StockFilter {
  readonly warehouse: string | undefined
  readonly date: string | undefined
  /** A part of any identifier, in any case. */
  readonly text: string
}

const mostColumns = 500

/** The positions of an account that a filter names, as rows. */
export class Stock {
  /** In the order of the columns. */
  readonly sizes = signal<readonly string[]>([])
  readonly chain: PageChain<Position, StockLists, StockLeft>
  readonly #columns = new Set<string>()

  constructor(account: string, filter: StockFilter) {
    this.chain = new PageChain(this.#source(account, filter))
  }

  close(): void {
    this.chain.close()
  }

  #source(account: string, { warehouse, date, text }: StockFilter): PageSource<Position, StockLists, StockLeft> {
    const isPlaced = warehouse !== undefined || date !== undefined
    const places = new URLSearchParams({ ...(warehouse && { warehouse }), ...(date && { inventory_date: date }) })
    const isMeant = meant(text)
    return {
      start: { cursor: isPlaced ? marks : '', left: nothingLeft },
      fetch: async (cursor, stop) => {
        const isOfMarks = cursor.startsWith(marks)
        const query = new URLSearchParams(isOfMarks ? undefined : places)
        const after = isOfMarks ? cursor.slice(marks.length) : cursor
        if (after !== '') query.set('cursor', after)
        const answer = await listPositions(account, query, stop)
        if ('problem' in answer) return answer
        const { positions, next } = answer.value
        if (!isOfMarks) return { value: { items: positions, next } }
        const made = positions.filter(({ made_to_order }) => made_to_order)
        const isOver = made.length < positions.length || next === null
        return { value: { items: made, next: isOver ? '' : marks + next } }
      },
      divide: (left, positions, isLast) => {
        const divided = divideStock(left, positions.filter(isMeant), isLast, { take: (size) => this.#take(size) })
        if (this.#columns.size !== this.sizes.peek().length) this.sizes.value = [...this.#columns].sort(compareSizes)
        return divided
      },
    }
  }

  #take(size: string): boolean {
    if (!this.#columns.has(size) && this.#columns.size === mostColumns) return false
    this.#columns.add(size)
    return true
  }
}

/**
 * Begins the cursors of what is made to order: a SKU that is, is so in every warehouse, but the emulator lists it only
 * where none is asked for. It comes first there, so it is looked at until it ends.
 */
const marks = 'made to order '

function meant(text: string): (position: Position) => boolean {
  const wanted = text.toLowerCase()
  if (wanted === '') return () => true
  return ({ sku }) => Object.values(sku).some((value) => String(value).toLowerCase().includes(wanted))
}
