import { useState } from 'preact/hooks'
import { type Armable, armFault, type FaultSpec } from '../../api/faults.js'
import { refreshState } from '../../live/emulator-state.js'
import { Evidence } from '../../parts/evidence.js'
import { toast } from '../../parts/toast.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { callOptions, matchOf, meantBy, operationsIn } from './calls-field.js'
import {
  chosenIn,
  errorsOf,
  type FaultField,
  faultOf,
  fieldsOf,
  type Values,
  type VendorErrors,
} from './fault-fields.js'
import { ChoiceField, TextField } from './field.js'
import { type PlaceProblem, placeProblems, problemsOf } from './field-problems.js'
import { numberIn } from './number.js'
import { whose } from './whose.js'

const started: Values = new Map([
  ['status', '503'],
  ['times', '1'],
])
const places = [
  { name: 'kind', pointer: '/0/fault/kind' },
  { name: 'calls', pointer: '/0/match/operation' },
  { name: 'calls', pointer: '/0/match/vendor' },
  { name: 'more', pointer: '/0/match' },
  { name: 'times', pointer: '/0/times' },
  { name: 'after', pointer: '/0/after' },
]

interface FaultFormProps {
  readonly armable: Armable
  readonly onArmed: () => void
}

/** Arms one fault more for the scope. What is wrong the emulator says, and it stands beside the field that it is about. */
export function FaultForm({ armable, onArmed }: FaultFormProps) {
  const [values, setValues] = useState(started)
  const [problems, setProblems] = useState<readonly PlaceProblem[]>([])
  const set = (name: string) => (value: string) => {
    setValues(new Map([...values, [name, value]]))
    setProblems([])
  }
  const own = operationsIn(armable.operations, scope.value)
  const options = callOptions(own)
  const calls = options.find(({ value }) => value === values.get('calls'))?.value ?? ''
  const meant = meantBy(own, calls)
  const kinds = armable.kinds.filter(({ kind }) => kind !== 'partial' || meant.some((each) => each.has_items))
  const kind = kinds.find((each) => each.kind === values.get('kind')) ?? kinds[0]
  const errors = errorsOf(meant)
  const fields = fieldsOf(kind?.kind ?? '', values, errors)
  const wrong = problemsOf([...places, ...fields], problems)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const more = readMore(values.get('more') ?? '')
    if (more === undefined) return setProblems([{ at: '/0/match', message: notAnObject }])
    const match = { ...more, ...matchOf(calls) }
    const times = (values.get('times') ?? '').trim()
    const after = (values.get('after') ?? '').trim()
    const spec: FaultSpec = {
      ...(Object.keys(match).length > 0 && { match }),
      ...(times !== '' && { times: numberIn(times) }),
      ...(after !== '' && { after: numberIn(after) }),
      fault: faultOf(kind?.kind ?? '', fields, values),
    }
    const answer = await armFault(scopeQuery(scope.peek()), spec)
    if ('problem' in answer) return setProblems(placeProblems(answer.problem))
    setProblems([])
    toast(`Armed ${kind?.kind ?? ''} for ${whose(scope.peek())}.`)
    onArmed()
    void refreshState()
  }
  return (
    <form class="fault-form fields" onSubmit={submit} noValidate aria-labelledby="arm-title">
      <h3 id="arm-title">Arm a fault for {whose(scope.value)}</h3>
      <ChoiceField
        label="What goes wrong"
        value={kind?.kind ?? ''}
        onChange={set('kind')}
        problem={wrong.get('kind')}
        options={kinds.map((each) => ({ value: each.kind, text: each.kind.replaceAll('_', ' ') }))}
        hint={kind && `${kind.says}; ${effects.get(kind.applied) ?? `takes effect: ${kind.applied}`}.`}
      />
      <ChoiceField label="Calls" value={calls} onChange={set('calls')} problem={wrong.get('calls')} options={options} />
      {fields.map((field) => (
        <KindField
          key={field.pointer}
          field={field}
          value={chosenIn(field, values)}
          onChange={set(field.name)}
          problem={wrong.get(field.name)}
        />
      ))}
      {kind?.kind === 'error' && <Grounds errors={errors} fields={fields} values={values} />}
      <TextField
        label="Times"
        value={values.get('times') ?? ''}
        onChange={set('times')}
        problem={wrong.get('times')}
        hint="Always where it is left out."
        numeric
      />
      <TextField
        label="After"
        value={values.get('after') ?? ''}
        onChange={set('after')}
        problem={wrong.get('after')}
        hint="Matching calls that pass first."
        example="0"
        numeric
      />
      <details class="wide" open={wrong.has('more') || undefined}>
        <summary>Only calls that have …</summary>
        <TextField
          label="More of the match, as JSON"
          value={values.get('more') ?? ''}
          onChange={set('more')}
          problem={wrong.get('more')}
          hint="method, path, query, headers, command, account, site"
          example='{"command": {"/inventory_items/0/upc": "822508068753"}}'
          rows={3}
        />
      </details>
      {wrong.has('') && (
        <p class="wrong wide" role="alert">
          {wrong.get('')}
        </p>
      )}
      <div class="actions wide">
        <button type="submit" class="primary">
          Arm it
        </button>
      </div>
    </form>
  )
}

const effects: ReadonlyMap<string, string> = new Map([
  ['yes', 'the call takes effect'],
  ['no', 'the call takes no effect'],
  ['the other items', 'the other items take effect'],
])

interface GroundsProps {
  readonly errors: VendorErrors
  readonly fields: readonly FaultField[]
  readonly values: Values
}

/** On what it rests that a vendor answers so: there may be two of them. */
function Grounds({ errors, fields, values }: GroundsProps) {
  const status = fields.find(({ name }) => name === 'status')
  const chosen = status === undefined ? '' : chosenIn(status, values)
  const usual = errors.flatMap((given) => given.find((error) => String(error.status) === chosen) ?? [])
  const grades = [...new Set(usual.map(({ evidence }) => evidence))]
  return (
    <p class="soft wide">
      That the vendor answers so is{' '}
      {grades.map((grade, index) => (
        <span key={grade}>
          {index > 0 && ' of one, of the other '}
          <Evidence grade={grade} />
        </span>
      ))}
    </p>
  )
}

interface KindFieldProps {
  readonly field: FaultField
  readonly value: string
  readonly onChange: (value: string) => void
  readonly problem: string | undefined
}

function KindField({ field, ...rest }: KindFieldProps) {
  const { label, input, example, hint } = field
  if (typeof input !== 'string') return <ChoiceField label={label} options={input} {...rest} />
  return (
    <TextField
      label={label}
      example={example}
      hint={hint}
      numeric={input === 'number'}
      {...(input === 'lines' && { rows: 3 })}
      {...rest}
    />
  )
}

const notAnObject = 'is no JSON object. Right is {"method": "PUT"}, for one.'

/** Undefined where the text is no JSON object; an empty one says nothing. */
function readMore(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { ...value } : undefined
  } catch {
    return undefined
  }
}
