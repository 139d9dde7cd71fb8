/** A description of a document: paragraphs, and in them `code`; everything else of it is text. */
export function Prose({ text }: { readonly text: string | undefined }) {
  if (text === undefined || text === '') return null
  return (
    <>
      {text.split(/\n{2,}/).map((paragraph, index) => (
        <p key={index}>
          {paragraph
            .split(/(`[^`]+`)/)
            .map((piece, at) => (at % 2 === 1 ? <code key={at}>{piece.slice(1, -1)}</code> : piece))}
        </p>
      ))}
    </>
  )
}
