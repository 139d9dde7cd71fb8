/** A fault as a person writes it; its schema is in `schemas/faults.json`. */
export type FaultDocument =
  | {
      readonly kind: 'error'
      readonly status: number
      readonly message?: string
      /** Seconds. */
      readonly retry_after?: number
      readonly error_type?: string
    }
  | DelayDocument
  | { readonly kind: 'slow_body'; readonly bytes_per_second: number }
  | { readonly kind: 'truncate'; readonly bytes?: number }
  | { readonly kind: 'wrong_content_type'; readonly content_type?: string }
  | { readonly kind: 'partial'; readonly items: ChosenDocument }
  | { readonly kind: 'before_commit' }
  | { readonly kind: 'reset' | 'close' | 'garble' | 'empty' | 'after_commit' }

export type DelayDocument =
  | { readonly kind: 'latency'; readonly distribution?: never; readonly ms: number }
  | {
      readonly kind: 'latency'
      readonly distribution: 'uniform'
      readonly min_ms: number
      readonly max_ms: number
      readonly seed?: number
    }
  | {
      readonly kind: 'latency'
      readonly distribution: 'normal'
      readonly mean_ms: number
      readonly deviation_ms: number
      readonly seed?: number
    }
  | {
      readonly kind: 'latency'
      readonly distribution: 'lognormal'
      readonly median_ms: number
      readonly sigma: number
      readonly seed?: number
    }

/** Exactly one of them. */
export interface ChosenDocument {
  readonly index?: readonly number[]
  readonly sku?: readonly string[]
  readonly every?: number
}

/** One entry of what is armed. */
export interface SpecDocument {
  /** Which calls are meant; all of the scope where it is left out. */
  readonly match?: Readonly<Record<string, unknown>>
  /** How often; always where it is left out. */
  readonly times?: number
  /** How many matching calls are let pass first. */
  readonly after?: number
  readonly fault: FaultDocument
}
