import { useMemo } from 'preact/hooks'
import { jsonLines } from '../../parts/body/json-lines.js'
import { xmlLines } from '../../parts/body/xml-lines.js'
import { CopyButton } from '../../parts/copy-button.js'
import { writeExample } from './values.js'

interface ExampleProps {
  readonly label: string
  readonly value: unknown
  /** Where it is from. */
  readonly summary: string | undefined
}

/** An example body, a value to a line. */
export function Example({ label, value, summary }: ExampleProps) {
  const text = writeExample(value)
  const lines = useMemo(() => jsonLines(text) ?? xmlLines(text), [text])
  return (
    <figure class="example">
      <figcaption>
        <b>{label}</b>
        {summary !== undefined && <span class="soft">{summary}</span>}
        <CopyButton text={text}>Copy</CopyButton>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and holds nothing that takes the focus. */}
      <pre tabIndex={0} role="region" aria-label={label}>
        {lines?.map(({ depth, pieces, start }) => (
          <div key={start} style={{ paddingLeft: `${depth * 1.25}em` }}>
            {pieces.map(({ kind, text: piece }, at) => (
              <span key={at} class={`piece-${kind}`}>
                {piece}
              </span>
            ))}
          </div>
        )) ?? text}
      </pre>
    </figure>
  )
}
