import { useState } from 'preact/hooks'
import type { Schema } from '../../api/documents.js'
import { EvidenceList } from './evidence-list.js'
import { Prose } from './prose.js'
import { useReference } from './reference-context.js'
import { type Branch, branchesOf, factsOf, shownOf, writeType } from './schema-reading.js'
import { ValueList } from './value-list.js'

/** Levels that stand open at first: a body, what it holds, and the fields of that. */
const open = 3

/** A schema as a tree: what each field is called, is, has to be and means, and on what that rests. */
export function SchemaTree({ schema, label }: { readonly schema: Schema; readonly label: string }) {
  return (
    <ul class="nodes root" aria-label={label}>
      <Node branch={{ label: '', isField: false, isRequired: false, schema }} level={0} />
    </ul>
  )
}

function Node({ branch, level }: { readonly branch: Branch; readonly level: number }) {
  const { document } = useReference()
  const { shown, orNull } = shownOf(document, branch.schema)
  const branches = branchesOf(document, shown)
  const facts = factsOf(shown)
  return (
    <li>
      <div class="statement">
        <div>
          <p class="field-head">
            {branch.label !== '' && <b class={branch.isField ? 'wire' : 'part'}>{branch.label}</b>}
            <span class="type">
              {writeType(document, shown)}
              {orNull && ' or null'}
            </span>
            {branch.isRequired && <span class="required">required</span>}
          </p>
          <Prose text={shown.description ?? shown.title} />
          {shown.type !== undefined && shown.enum !== undefined && <ValueList values={shown.enum} />}
          {facts.length > 0 && <p class="facts">{facts.join(' · ')}</p>}
        </div>
        <EvidenceList of={shown['x-evidence']} />
      </div>
      {branches.length > 0 && <Branches branches={branches} level={level} />}
    </li>
  )
}

/** Drawn where it is open and nowhere else: schemas may hold themselves. */
function Branches({ branches, level }: { readonly branches: readonly Branch[]; readonly level: number }) {
  const [isOpen, setOpen] = useState(level < open)
  const what = branches.every(({ isField }) => isField) ? 'field' : 'part'
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {branches.length} {branches.length === 1 ? what : `${what}s`}
      </summary>
      {isOpen && (
        <ul class="nodes">
          {branches.map((branch) => (
            <Node key={branch.label} branch={branch} level={level + 1} />
          ))}
        </ul>
      )}
    </details>
  )
}
