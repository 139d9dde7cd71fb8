import { type Signal, signal } from '@preact/signals'
import type { DocumentName } from '../../api/documents.js'
import type { Operation, Reference } from './reference-context.js'

/** Any token is taken where `auth=enforce` is not set, so there is one to begin with. */
export const firstToken = 'my-token'

/** What was typed, by whose it is. In the memory of this page and nowhere else: it goes with the page. */
const tokens: Readonly<Record<DocumentName, Signal<string>>> = {
  joor: signal(firstToken),
  jirafe: signal(firstToken),
  control: signal(''),
}

export const tokenOf = (name: DocumentName): Signal<string> => tokens[name]

/** Whether the operation asks who calls. */
export const asksForToken = ({ document }: Reference, { security = document.security }: Operation): boolean =>
  security.some((scheme) => Object.keys(scheme).length > 0)

/** What stands before the token in the header Authorization. */
export const schemeOf = (name: DocumentName): string => (name === 'joor' ? 'OAuth2' : 'Bearer')

/** The token as the header has it: JOOR's in Base64. */
export function credentialsOf(name: DocumentName, token: string): string {
  if (name !== 'joor') return token
  return btoa(String.fromCharCode(...new TextEncoder().encode(token)))
}
