import { useEffect, useMemo, useState } from 'preact/hooks'
import { type Bucket, listWarehouses } from '../../api/stock.js'
import { accounts } from '../../live/emulator-state.js'
import { toast } from '../../parts/toast.js'
import { route, setQuery } from '../../routing/route.js'
import { type Shortcut, useShortcuts } from '../../shell/shortcuts.js'
import { csvOf, save } from './download.js'

const textId = 'inventory-text'
const shortcuts: readonly Shortcut[] = [
  { key: '/', says: 'find a style or code', act: () => document.getElementById(textId)?.focus() },
]

/** Which positions are shown: all of it stands in the address. */
export function StockFilters({ account }: { readonly account: string }) {
  useShortcuts(useMemo(() => shortcuts, []))
  const { query } = route.value
  const [warehouse, date] = [query.get('warehouse') ?? '', query.get('inventory_date') ?? '']
  const buckets = useBuckets(account)
  const warehouses = unique(buckets.map((bucket) => bucket.warehouse))
  const dates = unique(
    buckets
      .filter((bucket) => warehouse === '' || bucket.warehouse === warehouse)
      .map((bucket) => bucket.inventory_date),
  ).sort(byDate)
  return (
    <search class="inventory-filters" aria-label="Filters">
      <Picker name="warehouse" label="Warehouse" any="All warehouses" chosen={warehouse} values={warehouses} />
      <Picker name="inventory_date" label="Date" any="All dates" chosen={date} values={dates} />
      <CodeFilter label="Style, UPC or code" />
      <Download account={account} />
    </search>
  )
}

/** Takes effect when it is left, or by Enter. */
export function CodeFilter({ label }: { readonly label: string }) {
  return (
    <label class="code-filter">
      <span class="unseen">{label}</span>
      <input
        id={textId}
        type="search"
        placeholder={label}
        title="Any part of it; Enter looks for it"
        spellcheck={false}
        autocomplete="off"
        value={route.value.query.get('text') ?? ''}
        onChange={({ currentTarget }) => setQuery({ text: currentTarget.value.trim() })}
      />
    </label>
  )
}

interface PickerProps {
  readonly name: string
  readonly label: string
  readonly any: string
  readonly chosen: string
  readonly values: readonly string[]
}

function Picker({ name, label, any, chosen, values }: PickerProps) {
  const offered = chosen === '' || values.includes(chosen) ? values : [chosen, ...values]
  return (
    <label>
      <span class="unseen">{label}</span>
      <select value={chosen} onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value })}>
        <option value="">{any}</option>
        {offered.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
    </label>
  )
}

function Download({ account }: { readonly account: string }) {
  const [isBusy, setBusy] = useState(false)
  const { query } = route.value
  const download = async () => {
    setBusy(true)
    const filter = new URLSearchParams()
    for (const name of ['warehouse', 'inventory_date']) {
      const value = query.get(name) ?? ''
      if (value !== '') filter.set(name, value)
    }
    const answer = await csvOf(account, filter)
    setBusy(false)
    if ('problem' in answer) return toast(answer.problem.detail, 'failed')
    save(answer.value, `${['positions', account, ...filter.values()].join('-').replaceAll(/[^\w.-]+/g, '_')}.csv`)
  }
  return (
    <button
      type="button"
      disabled={isBusy}
      title="All positions of the warehouse and date that are chosen, whatever text is looked for"
      onClick={download}
    >
      {isBusy ? 'Downloading …' : 'Download CSV'}
    </button>
  )
}

/** Where the account has positions; asked anew where it has more or fewer of them. */
function useBuckets(account: string): readonly Bucket[] {
  const [buckets, setBuckets] = useState<readonly Bucket[]>([])
  const positions = accounts.value.find((each) => each.account === account)?.positions
  useEffect(() => {
    let isCurrent = true
    void listWarehouses(account).then((answer) => {
      if (isCurrent && 'value' in answer) setBuckets(answer.value.warehouses)
    })
    return () => {
      isCurrent = false
    }
  }, [account, positions])
  return buckets
}

const unique = (values: readonly string[]) => [...new Set(values)]
const byDate = (one: string, other: string) =>
  Number(other === 'IMMEDIATE') - Number(one === 'IMMEDIATE') || one.localeCompare(other, 'en')
