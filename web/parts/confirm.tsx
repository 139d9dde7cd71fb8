import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

interface Question {
  readonly title: string
  /** What will be gone, or different. */
  readonly text: string
  /** The act, as the button says it. */
  readonly act: string
}

const asked = signal<(Question & { readonly answer: (isSure: boolean) => void }) | undefined>(undefined)

/** Whether the person is sure; asked where something is lost that nothing brings back. */
export function confirm(question: Question): Promise<boolean> {
  asked.peek()?.answer(false)
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (isSure) => {
        asked.value = undefined
        resolve(isSure)
      },
    }
  })
}

/** Stands once in the page. */
export function Confirm() {
  const dialog = useRef<HTMLDialogElement>(null)
  const question = asked.value
  useEffect(() => {
    if (question !== undefined) dialog.current?.showModal()
  }, [question])
  if (question === undefined) return null
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="confirm-title" onClose={() => question.answer(false)}>
      <h2 id="confirm-title">{question.title}</h2>
      <p>{question.text}</p>
      <div class="actions">
        <button type="button" onClick={() => question.answer(false)}>
          Cancel
        </button>
        <button type="button" class="primary" onClick={() => question.answer(true)}>
          {question.act}
        </button>
      </div>
    </dialog>
  )
}
