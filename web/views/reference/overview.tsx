import { ErrorTable } from './error-table.js'
import { Prose } from './prose.js'
import { useReference } from './reference-context.js'
import { RuleList } from './rule-list.js'

/** What stands before the operations: what the API is, its errors, and the whole of its rules. */
export function Overview() {
  const { name, document, operations } = useReference()
  const { info, tags } = document
  const errors = document['x-errors'] ?? []
  return (
    <>
      <header class="operation-head">
        <h2>{info.title}</h2>
        <Prose text={info.description} />
        <p>
          <a href={`/_backstock/openapi/${name}.json`}>This document as OpenAPI 3.1</a>{' '}
          <span class="soft">
            {operations.length} operations, version {info.version}
          </span>
        </p>
      </header>
      <section>
        <h3>Parts</h3>
        <dl class="tags">
          {tags.map((tag) => (
            <div key={tag.name}>
              <dt>{tag.name}</dt>
              <dd>
                <Prose text={tag.description} />
              </dd>
            </div>
          ))}
        </dl>
      </section>
      {errors.length > 0 && (
        <section>
          <h3>Errors</h3>
          <ErrorTable errors={errors} caption="Errors of the vendor" />
        </section>
      )}
      <RuleList ids={Object.keys(document['x-rules'] ?? {})} title="All rules" />
    </>
  )
}
