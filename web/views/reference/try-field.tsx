import type { Parameter } from '../../api/documents.js'
import { useReference } from './reference-context.js'
import { resolve } from './schema-reading.js'

interface TryFieldProps {
  readonly parameter: Parameter
  readonly value: string
  readonly onChange: (value: string) => void
}

/** A text of any kind: what the document lists is offered, and what it does not list may be tried as well. */
export function TryField({ parameter, value, onChange }: TryFieldProps) {
  const { document } = useReference()
  const { in: place, name, required = false, schema = true, example, description } = parameter
  const values = resolve(document, schema).enum
  const id = `try-${place}-${name}`
  return (
    <label>
      <span>
        <b class="wire">{name}</b> <span class="soft">{required ? `${place}, required` : place}</span>
      </span>
      <input
        name={id}
        value={value}
        required={place === 'path'}
        placeholder={example === undefined ? '' : `such as ${String(example)}`}
        title={description}
        list={values === undefined ? undefined : `${id}-values`}
        spellcheck={false}
        autocomplete="off"
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {values !== undefined && (
        <datalist id={`${id}-values`}>
          {values.map((each) => (
            <option key={String(each)} value={String(each)} />
          ))}
        </datalist>
      )}
    </label>
  )
}
