import type { Parameter } from '../../api/documents.js'
import { EvidenceList } from './evidence-list.js'
import { Prose } from './prose.js'
import { useReference } from './reference-context.js'
import { factsOf, resolve, writeType } from './schema-reading.js'
import { ValueList } from './value-list.js'
import { writeValue } from './values.js'

const places = [
  ['path', 'In the path'],
  ['query', 'In the query'],
  ['header', 'Headers'],
] as const

export function Parameters({ parameters }: { readonly parameters: readonly Parameter[] }) {
  return places.map(([place, title]) => {
    const here = parameters.filter((each) => each.in === place)
    if (here.length === 0) return null
    return (
      <section key={place}>
        <h3>{title}</h3>
        <ul class="fields">
          {here.map((parameter) => (
            <Field key={parameter.name} parameter={parameter} />
          ))}
        </ul>
      </section>
    )
  })
}

function Field({ parameter }: { readonly parameter: Omit<Parameter, 'in'> }) {
  const { document } = useReference()
  const { name, description, required, schema = true, example } = parameter
  const shown = resolve(document, schema)
  const facts = [...factsOf(shown), ...(example === undefined ? [] : [`such as ${writeValue(example)}`])]
  return (
    <li>
      <div class="statement">
        <div>
          <p class="field-head">
            <b class="wire">{name}</b>
            <span class="type">{writeType(document, shown)}</span>
            {required === true && <span class="required">required</span>}
          </p>
          <Prose text={description} />
          {shown.enum !== undefined && <ValueList values={shown.enum} />}
          {facts.length > 0 && <p class="facts">{facts.join(' · ')}</p>}
        </div>
        <EvidenceList of={parameter['x-evidence']} />
      </div>
    </li>
  )
}

/** Headers of a reply are told as parameters are. */
export function HeaderFields({ headers }: { readonly headers: readonly Omit<Parameter, 'in'>[] }) {
  return (
    <ul class="fields">
      {headers.map((header) => (
        <Field key={header.name} parameter={header} />
      ))}
    </ul>
  )
}
