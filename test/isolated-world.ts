import type { CDPSession, Page } from 'playwright-core'

/**
 * A script's own world in a page, as an extension of the browser has one: it sees the document and none of the page's
 * scripts, and the page's policy stays in force for all else. What the page does is so looked at and not changed.
 */
export class IsolatedWorld {
  readonly #session: CDPSession
  readonly #context: number

  private constructor(session: CDPSession, context: number) {
    this.#session = session
    this.#context = context
  }

  /** It goes with the document: a page that was loaded anew needs another one. */
  static async of(page: Page): Promise<IsolatedWorld> {
    const session = await page.context().newCDPSession(page)
    const { frameTree } = await session.send('Page.getFrameTree')
    const { executionContextId } = await session.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
      worldName: 'tests',
    })
    return new IsolatedWorld(session, executionContextId)
  }

  /** The value of an expression, of JSON; a promise is waited for. */
  async value<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.#session.send('Runtime.evaluate', {
      expression,
      contextId: this.#context,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  /** Sets `data-pressed` on every element that listens to a click, as the browser itself knows them. */
  async markPressed(): Promise<void> {
    const send = this.#session
    const { result } = await send.send('Runtime.evaluate', { expression: 'document' })
    if (result.objectId === undefined) return
    const { listeners } = await send.send('DOMDebugger.getEventListeners', { objectId: result.objectId, depth: -1 })
    const presses = new Set(['click', 'mousedown', 'pointerdown'])
    const nodes = new Set(
      listeners.flatMap(({ type, backendNodeId }) => (presses.has(type) ? (backendNodeId ?? []) : [])),
    )
    for (const backendNodeId of nodes) {
      const { object } = await send.send('DOM.resolveNode', { backendNodeId, executionContextId: this.#context })
      if (object.objectId === undefined) continue
      await send.send('Runtime.callFunctionOn', {
        objectId: object.objectId,
        functionDeclaration: 'function () { if (this instanceof Element) this.dataset.pressed = "" }',
      })
    }
  }
}
