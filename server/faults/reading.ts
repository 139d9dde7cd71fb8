import type { Delay } from './delay.js'
import type { ChosenDocument, DelayDocument, FaultDocument } from './document.js'
import type { Chosen, Fault } from './fault.js'

/** What a fault document means that its schema has judged. */
export function readFault(document: FaultDocument): Fault {
  switch (document.kind) {
    case 'error': {
      const { status, error_type: type, message, retry_after: retryAfter } = document
      return {
        kind: 'error',
        status,
        ...(type !== undefined && { type }),
        ...(message !== undefined && { message }),
        ...(retryAfter !== undefined && { retryAfter }),
      }
    }
    case 'latency':
      return { kind: 'latency', delay: readDelay(document) }
    case 'slow_body':
      return { kind: 'slow_body', bytesPerSecond: document.bytes_per_second }
    case 'truncate':
      return { kind: 'truncate', ...(document.bytes !== undefined && { bytes: document.bytes }) }
    case 'wrong_content_type':
      return { kind: 'wrong_content_type', contentType: document.content_type ?? 'text/html' }
    case 'partial':
      return { kind: 'partial', items: readChosen(document.items) }
    default:
      return document
  }
}

/** Where no seed is given: the draws are repeatable all the same. */
const usualSeed = 1

function readDelay(document: DelayDocument): Delay {
  if (document.distribution === undefined) return { ms: document.ms }
  const { seed = usualSeed } = document
  switch (document.distribution) {
    case 'uniform':
      return { distribution: 'uniform', minMs: document.min_ms, maxMs: document.max_ms, seed }
    case 'normal':
      return { distribution: 'normal', meanMs: document.mean_ms, deviationMs: document.deviation_ms, seed }
    case 'lognormal':
      return { distribution: 'lognormal', medianMs: document.median_ms, sigma: document.sigma, seed }
  }
}

function readChosen({ index, sku, every = 1 }: ChosenDocument): Chosen {
  if (index !== undefined) return { indexes: new Set(index) }
  return sku === undefined ? { every } : { skus: new Set(sku) }
}
