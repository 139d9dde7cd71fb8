import { useRef } from 'preact/hooks'

interface BodyEditorProps {
  readonly type: string
  readonly text: string
  readonly onChange: (text: string) => void
}

/** The body as it goes over the wire, with the numbers of its lines beside it. */
export function BodyEditor({ type, text, onChange }: BodyEditorProps) {
  const numbers = useRef<HTMLPreElement>(null)
  const lines = text.split('\n').length
  const note = type === 'application/json' ? notJson(text) : undefined
  return (
    <>
      <div class="editor">
        <pre ref={numbers} aria-hidden="true">
          {Array.from({ length: lines }, (_, index) => index + 1).join('\n')}
        </pre>
        <textarea
          class="wire"
          aria-label={`Body, ${type}`}
          spellcheck={false}
          autocomplete="off"
          wrap="off"
          rows={Math.min(Math.max(lines, 4), 14)}
          value={text}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
          onScroll={({ currentTarget }) => {
            if (numbers.current !== null) numbers.current.scrollTop = currentTarget.scrollTop
          }}
        />
      </div>
      {/* A wrong body is worth sending: the emulator says what it makes of it. */}
      {note !== undefined && <p class="soft">This is no JSON, and is sent as it is: {note}</p>}
    </>
  )
}

function notJson(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
