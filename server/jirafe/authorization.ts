import type { Head } from '../operation.js'
import { fingerprint } from '../state/store.js'

const form = /^bearer +([!-~]+)$/i

/** The SHA-256 of the token in `Authorization: Bearer <token>`; undefined where there is none or it is malformed. */
export function tokenOf(head: Head): string | undefined {
  const token = form.exec(head.headers.authorization?.trim() ?? '')?.[1]
  return token === undefined ? undefined : fingerprint(token)
}
