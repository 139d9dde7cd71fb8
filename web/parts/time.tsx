const two = (value: number) => String(value).padStart(2, '0')

/** The time of an instant on the reader's clock, to the millisecond; the whole of it beside. */
export function Time({ at, withDate = false }: { readonly at: string; readonly withDate?: boolean }) {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span>{at}</span>
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} `
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
  return (
    <time dateTime={at} title={at}>
      {withDate && day}
      {time}
    </time>
  )
}
