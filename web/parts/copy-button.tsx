import { toast } from './toast.js'

/** Copies a text; `children` says what. */
export function CopyButton({ text, children }: { readonly text: string; readonly children: string }) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => toast('Copied.'),
      () => toast('The browser does not let this page copy. Select the text instead.', 'failed'),
    )
  return (
    <button type="button" onClick={copy}>
      {children}
    </button>
  )
}
