import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface Common {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: ComponentChildren
  /** What the emulator says against it. */
  readonly problem?: string | undefined
}

interface TextFieldProps extends Common {
  readonly example?: string | undefined
  readonly numeric?: boolean
  readonly rows?: number
}

/** Takes any text: whether it is right is the emulator's to say, beside it. */
export function TextField({ label, value, onChange, hint, problem, example, numeric = false, rows }: TextFieldProps) {
  const id = useId()
  const shared = {
    id,
    value,
    placeholder: example,
    spellcheck: false,
    autocomplete: 'off',
    'aria-invalid': problem !== undefined,
    'aria-describedby': `${id}-said`,
  } as const
  return (
    <div class="form-field">
      <label for={id}>{label}</label>
      {rows === undefined ? (
        <input
          {...shared}
          inputMode={numeric ? 'decimal' : 'text'}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      ) : (
        <textarea {...shared} rows={rows} onInput={({ currentTarget }) => onChange(currentTarget.value)} />
      )}
      <Said id={id} hint={hint} problem={problem} />
    </div>
  )
}

export interface Option {
  readonly value: string
  readonly text: string
  /** The heading that it stands under. */
  readonly under?: string
}

interface ChoiceFieldProps extends Common {
  readonly options: readonly Option[]
}

export function ChoiceField({ label, value, onChange, hint, problem, options }: ChoiceFieldProps) {
  const id = useId()
  const headings = [...new Set(options.map(({ under }) => under))]
  return (
    <div class="form-field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-said`}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {headings.map((heading) => {
          const own = options
            .filter(({ under }) => under === heading)
            .map(({ value: option, text }) => (
              <option key={option} value={option}>
                {text}
              </option>
            ))
          return heading === undefined ? (
            own
          ) : (
            <optgroup key={heading} label={heading}>
              {own}
            </optgroup>
          )
        })}
      </select>
      <Said id={id} hint={hint} problem={problem} />
    </div>
  )
}

interface SaidProps {
  readonly id: string
  readonly hint: ComponentChildren
  readonly problem: string | undefined
}

/** The region stands from the start, so that what comes into it is read out. */
function Said({ id, hint, problem }: SaidProps) {
  return (
    <div class="said" id={`${id}-said`} aria-live="polite">
      {problem !== undefined && (
        <p class="wrong">
          <span aria-hidden="true">✕ </span>
          {problem}
        </p>
      )}
      {hint !== undefined && <p class="soft">{hint}</p>}
    </div>
  )
}
