import { Router } from 'express'
import { isRecord } from '../wire/json-values.js'
import { type Admission, cookieName } from './admission.js'
import { bodyOf, Problem, readParameters } from './answers.js'
import type { ControlParts } from './parts.js'

/** A page cannot read it, and no page of another site makes a browser send it. */
const attributes = 'HttpOnly; SameSite=Strict; Path=/_backstock/'

/** /_backstock/session: the dashboard asks once for the control token, and brings a cookie in its place from then on. */
export function session({ admission }: Pick<ControlParts, 'admission'>): Router {
  const router = Router()

  router.post('/', (request, response) => {
    const right = needed(admission)
    readParameters(request, [])
    if (!right.isToken(tokenIn(bodyOf(request)))) {
      response.set('WWW-Authenticate', 'Bearer')
      throw new Problem(401, 'The token is not the control token that this emulator was started with.')
    }
    response
      .set('Set-Cookie', `${cookieName(request)}=${right.signIn()}; ${attributes}`)
      .status(204)
      .end()
  })

  router.delete('/', (request, response) => {
    readParameters(request, [])
    needed(admission).signOut(request)
    response
      .set('Set-Cookie', `${cookieName(request)}=; ${attributes}; Max-Age=0`)
      .status(204)
      .end()
  })

  return router
}

/** What is wrong is told without the values: one of them may be the token. */
function tokenIn(body: unknown): string {
  const form = 'Right is {"token": TEXT}, with the control token as TEXT.'
  if (!isRecord(body)) throw new Problem(400, `The body is no object. ${form}`)
  const stray = Object.keys(body).find((name) => name !== 'token')
  if (stray !== undefined) throw new Problem(400, `The field ${stray} is not known here. ${form}`)
  if (typeof body.token !== 'string') throw new Problem(400, `The field token is no text. ${form}`)
  return body.token
}

function needed(admission: Admission | undefined): Admission {
  if (admission !== undefined) return admission
  throw new Problem(404, 'There is nothing to sign in to: this emulator was started without --control-token.')
}
