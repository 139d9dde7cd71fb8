import { writeValue } from './values.js'

/** The values that something may have. */
export function ValueList({ values }: { readonly values: readonly unknown[] }) {
  return (
    <p class="values">
      One of{' '}
      {values.map((value) => (
        <code key={writeValue(value)}>{writeValue(value)}</code>
      ))}
    </p>
  )
}
