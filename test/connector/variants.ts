import * as bugs from './bugs.js'
import { Connector } from './connector.js'
import * as nearMisses from './near-misses.js'

export interface Variant {
  readonly name: string
  readonly Connector: typeof Connector
}

/** One change tells it from the right one. */
export interface Planted extends Variant {
  /** What it does. */
  readonly says: string
}

export const right: Variant = { name: 'right', Connector }

/** What connectors do wrong, each with what looks like it and is right. */
export const planted: readonly { readonly bug: Planted; readonly nearMiss: Planted }[] = [
  {
    bug: { name: 'no-retry', says: 'sends nothing again', Connector: bugs.NoRetry },
    nearMiss: {
      name: 'retry-last',
      says: 'sends again what got no reply, behind all other pages',
      Connector: nearMisses.RetryLast,
    },
  },
  {
    bug: { name: 'retry-adds', says: 'adds the quantities once more when it retries', Connector: bugs.RetryAdds },
    nearMiss: { name: 'retry-by-put', says: 'sends the same again, by PUT', Connector: nearMisses.RetryByPut },
  },
  {
    bug: { name: 'retry-repeats', says: 'sends each item twice when it retries', Connector: bugs.RetryRepeats },
    nearMiss: {
      name: 'retry-in-halves',
      says: 'sends the same again, in two calls',
      Connector: nearMisses.RetryInHalves,
    },
  },
  {
    bug: { name: 'overwrite-by-page', says: 'sends an overwrite page by page', Connector: bugs.OverwriteByPage },
    nearMiss: {
      name: 'overwrite-by-warehouse',
      says: 'sends one overwrite for each warehouse',
      Connector: nearMisses.OverwriteByWarehouse,
    },
  },
  {
    bug: {
      name: 'overwrite-always',
      says: 'sends a part of the stock as an overwrite',
      Connector: bugs.OverwriteAlways,
    },
    nearMiss: {
      name: 'pages-of-one',
      says: 'sends a page for each row, without overwrite',
      Connector: nearMisses.PagesOfOne,
    },
  },
  {
    bug: {
      name: 'not-updated-ignored',
      says: 'takes 200 for done, and ignores `items_not_updated`',
      Connector: bugs.NotUpdatedIgnored,
    },
    nearMiss: {
      name: 'not-updated-again',
      says: 'sends what was not updated once more, and then reports it',
      Connector: nearMisses.NotUpdatedAgain,
    },
  },
  {
    bug: {
      name: 'not-updated-dropped',
      says: 'reports only what was updated',
      Connector: bugs.NotUpdatedDropped,
    },
    nearMiss: {
      name: 'not-updated-sorted',
      says: 'reports what was not updated in another order',
      Connector: nearMisses.NotUpdatedSorted,
    },
  },
  {
    bug: { name: 'timeout-fails', says: 'reports a time-out as a failure', Connector: bugs.TimeoutFails },
    nearMiss: { name: 'awaits', says: 'awaits the slow reply', Connector: nearMisses.Awaits },
  },
  {
    bug: {
      name: 'timeout-sent-last',
      says: 'sends what timed out again, behind newer stock',
      Connector: bugs.TimeoutSentLast,
    },
    nearMiss: {
      name: 'timeout-sent-first',
      says: 'sends what timed out again, before newer stock',
      Connector: nearMisses.TimeoutSentFirst,
    },
  },
]

export const variants: readonly Variant[] = [right, ...planted.flatMap(({ bug, nearMiss }) => [bug, nearMiss])]
