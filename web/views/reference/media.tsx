import { useState } from 'preact/hooks'
import type { MediaType, Named } from '../../api/documents.js'
import { Example } from './example.js'
import { SchemaTree } from './schema-tree.js'

/** What a body is, in each of its formats: the schema, and examples beside it. */
export function Media({ content, what }: { readonly content: Named<MediaType>; readonly what: string }) {
  const formats = Object.entries(content)
  const [chosen, setChosen] = useState<string | undefined>(undefined)
  const [type, media] = formats.find(([name]) => name === chosen) ?? formats[0] ?? []
  if (type === undefined || media === undefined) return null
  return (
    <div class="media">
      <div class="formats">
        {formats.length === 1 ? (
          <code>{type}</code>
        ) : (
          formats.map(([name]) => (
            <button key={name} type="button" aria-pressed={name === type} onClick={() => setChosen(name)}>
              {name}
            </button>
          ))
        )}
      </div>
      {media.schema !== undefined && <SchemaTree key={type} schema={media.schema} label={`${what}, ${type}`} />}
      {examplesOf(media).map(({ name, summary, value }) => (
        <Example
          key={name}
          label={`Example of ${what}, ${name === 'page' || name === '' ? type : name}`}
          summary={summary}
          value={value}
        />
      ))}
    </div>
  )
}

function examplesOf({ example, examples }: MediaType) {
  if (example !== undefined) return [{ name: '', summary: undefined, value: example }]
  return Object.entries(examples ?? {}).map(([name, { summary, value }]) => ({ name, summary, value }))
}
