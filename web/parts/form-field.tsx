import type { ComponentProps } from 'preact'
import { useId } from 'preact/hooks'
import './form-field.css'

interface FieldProps {
  readonly label: string
  readonly name: string
  readonly hint?: string
  /** Why what stands in it was refused. */
  readonly refusal?: string | undefined
  readonly lines?: boolean
  readonly input?: ComponentProps<'input'>
}

/** A field with its label, what to write there, and what was wrong with it. */
export function FormField({ label, name, hint, refusal, lines = false, input = {} }: FieldProps) {
  const id = useId()
  const told = [hint !== undefined && `${id}-hint`, refusal !== undefined && `${id}-refusal`].filter(Boolean).join(' ')
  const says = {
    ...{ id, name, spellcheck: false, 'aria-describedby': told || undefined },
    'aria-invalid': refusal !== undefined,
  }
  return (
    <div class="form-field">
      <label for={id}>{label}</label>
      {lines ? <textarea {...says} /> : <input type="text" autocomplete="off" {...says} {...input} />}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {refusal !== undefined && (
        <p class="form-refusal" id={`${id}-refusal`} role="alert">
          {refusal}
        </p>
      )}
    </div>
  )
}
