import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Limits, tellOver } from '../limits.js'
import { type AnyOperation, type Head, Refusal } from '../operation.js'
import { arrival, type Parts, serve } from '../serve.js'
import type { Timers } from '../timers.js'
import { RequestBody } from './body.js'
import type { Connection } from './connection.js'
import { deliver } from './delivery.js'
import type { InStep } from './in-step.js'
import type { LastResort } from './last-resort.js'
import { awaitReader } from './reader.js'
import { send } from './send.js'

/** Takes one call of a vendor's API and answers it. */
export type TakeCall = (request: IncomingMessage, response: ServerResponse, connection: Connection) => Promise<void>

/** Who takes the calls of a table of operations. */
export type Traffic = (table: readonly AnyOperation[], parts: Parts, timers: Timers, step: InStep) => TakeCall

/** Pipelined calls take effect one after the other, as if the client had waited for each reply. */
export function inTurn(take: TakeCall, failed: LastResort) {
  return (request: IncomingMessage, response: ServerResponse, connection: Connection): void => {
    const next = () => answer(request, response, connection)
    connection.call = connection.callsUnderWay++ === 0 ? next() : connection.call.then(next)
  }

  async function answer(request: IncomingMessage, response: ServerResponse, connection: Connection): Promise<void> {
    try {
      await take(request, response, connection)
    } catch (error) {
      failed(error, request, response)
    } finally {
      connection.callsUnderWay--
    }
  }
}

/** The operation of a call: the first of the table that matches. */
export function operationFor(
  table: readonly AnyOperation[],
  head: Head,
  request: IncomingMessage,
  takes: Limits,
): AnyOperation {
  const found = table.find((candidate) => candidate.matches(head))
  if (found === undefined) throw new Error(`No operation takes ${head.method} ${head.target}.`)
  return hasTooManyHeaders(request, takes) ? turnedAway(found, takes) : found
}

/** Serves the vendors' paths from one table of operations. */
export function vendorTraffic(table: readonly AnyOperation[], parts: Parts, { after }: Timers, step: InStep): TakeCall {
  const verified = { ...parts, repeated: true }

  return async (request, response, connection) => {
    const arrived = arrival(connection.line, parts)
    const body = new RequestBody(request, response, parts.takes)
    const company = step.join()
    await step.next()
    const head = connection.heads.read(request)
    const operation = operationFor(table, head, request, parts.takes)
    const served = await serve(operation, head, body, connection.verifies ? verified : parts, arrived)
    if (served === undefined) return
    // A call by itself is answered at once.
    if (company.size > 1) await step.next()
    const { sent, delivery } = served
    const fate = sent?.replied.fate
    if (fate !== undefined) {
      connection.fate = fate
      if (request.socket.destroyed) fate.taken = false
    }
    if (delivery !== undefined) await deliver(request, response, sent?.reply, delivery, after)
    else if (sent !== undefined) send(request, response, sent.reply)
    if (fate === undefined) return
    if (!response.writableEnded) fate.taken = false
    else awaitReader(request, response, parts.takes, fate)
  }
}

export const hasTooManyHeaders = ({ rawHeaders }: IncomingMessage, takes: Limits) =>
  rawHeaders.length / 2 > takes.headers

/** Refused before anybody looks at the headers: a vendor's server would not have seen them either. */
function turnedAway(operation: AnyOperation, takes: Limits): AnyOperation {
  return { ...operation, admit: () => new Refusal(431, tellOver('headers', takes)) }
}
