import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import { type Failure, Refusal } from '../operation.js'

/** A refusal by `enforce`: the rule's own sentence is the comment. */
export function enforceCall(findings: Findings): Refusal {
  return new Refusal(400, findings.refusal?.says ?? 'The call breaks a rule.')
}

export function failedCall(failure: Failure, findings: Findings): Refusal {
  findings.applies(failure === 'too many' ? joor['call.anonymous_limit'] : joor['reply.failure'])
  switch (failure) {
    case 'inside':
      return new Refusal(500, 'The emulator failed; nothing of the call was applied. Its own output says why.')
    case 'storage':
      return unavailable('The change cannot be stored; nothing of the call was applied. Send it again later.')
    case 'too many':
      return unavailable(
        'No further account that nobody declared is taken: declare it, reset, or raise anonymous_limit.',
      )
  }
}

const unavailable = (message: string) => new Refusal(503, message, { headers: { 'Retry-After': '1' } })
