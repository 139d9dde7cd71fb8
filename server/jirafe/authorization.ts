import type { Head } from '../operation.js'
import { fingerprint } from '../state/store.js'

const form = /^bearer +([!-~]+)$/i

/** The SHA-256 of the token in `Authorization: Bearer <token>`; undefined where there is none or it is malformed. */
export const tokenOf = (head: Head): string | undefined => head.authorization.read(readToken)

function readToken(authorization: string | undefined): string | undefined {
  const token = form.exec(authorization?.trim() ?? '')?.[1]
  return token === undefined ? undefined : fingerprint(token)
}
