/** What the control plane is sent, in its own words. */

type Vendor = 'joor' | 'jirafe'

interface SharedSettings {
  readonly contract?: 'report' | 'enforce' | 'off'
  readonly auth?: 'open' | 'enforce'
}

export interface AccountSettings extends SharedSettings {
  readonly overwrite_scope?: 'warehouse' | 'account'
  readonly pending_floor?: 'none' | 'zero'
  readonly missing_warehouse?: 'default' | 'refuse'
  readonly made_to_order_clears?: 'sku' | 'position'
  readonly partial_code?: '0' | '1' | 0 | 1
  readonly rate_limit?: 'report' | 'enforce' | 'off' | `${number}/${number}`
}

export interface SiteSettings extends SharedSettings {
  readonly inventory_schema?: 'any' | 'first' | 'second'
  readonly latest_by?: 'arrival' | 'timestamp'
  readonly reply_layout?: '2014-02' | '2013-12'
}

/** Text, or an integer that stands for its digits. */
export type IdentifierDocument = string | number

export interface StyleDocument {
  readonly style_number: IdentifierDocument
  readonly style_identifier: IdentifierDocument
  readonly style_id?: IdentifierDocument
  readonly colors: readonly {
    readonly color_code: IdentifierDocument
    readonly style_color_id?: IdentifierDocument
    readonly sizes: readonly {
      readonly size: IdentifierDocument
      readonly size_code?: IdentifierDocument
      readonly upc?: IdentifierDocument
    }[]
  }[]
}

interface SkuDocument {
  readonly upc?: IdentifierDocument
  readonly style_number?: IdentifierDocument
  readonly style_identifier?: IdentifierDocument
  readonly style_id?: IdentifierDocument
  readonly color_code?: IdentifierDocument
  readonly style_color_id?: IdentifierDocument
  readonly size?: IdentifierDocument
  readonly size_code?: IdentifierDocument
}

/** Units on pending orders of one position; rows of one position add up. */
export interface PendingDocument extends SkuDocument {
  readonly warehouse?: string
  readonly inventory_date?: string
  readonly quantity: number
}

export interface AccountDocument {
  /** Left out: one is made. */
  readonly token?: string
  /** Left out or null: any warehouse is taken. */
  readonly warehouses?: readonly string[] | null
  /** Left out or null: any SKU is taken; empty: a list that knows nothing. */
  readonly styles?: readonly StyleDocument[] | null
  readonly pending?: readonly PendingDocument[]
  /** Items as on JOOR's wire. */
  readonly positions?: readonly object[]
  readonly settings?: AccountSettings
}

export interface SiteDocument {
  /** Left out: one is made. */
  readonly token?: string
  /** Inventory events as on Jirafe's wire, of either revision. */
  readonly levels?: readonly object[]
  readonly settings?: SiteSettings
}

/** The content of a seed file. */
export interface SeedDocument {
  readonly joor?: { readonly accounts?: Readonly<Record<string, AccountDocument>> }
  readonly jirafe?: { readonly sites?: Readonly<Record<string, SiteDocument>> }
}

/** Left out: both are made. */
export interface ForkDocument {
  readonly name?: string
  readonly token?: string
}

/** What can be asked of a call as soon as it arrives: all that is named has to hold. */
export interface ArrivalMatch {
  readonly vendor?: Vendor
  readonly account?: string
  readonly site?: string
  /** `joor.bulk-inventory`, `jirafe.batch` and so on. */
  readonly operation?: string
  readonly method?: string
  /** As sent, without its query. */
  readonly path?: string
  /** Parameters by name; null where one must not be there. */
  readonly query?: Readonly<Record<string, string | null>>
  /** Headers by name, in any case; null where one must not be there. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** JSON pointers into the command as sent, each with its value; null where nothing must be there. */
  readonly command?: Readonly<Record<string, unknown>>
}

/** What can be asked of a call that is over. */
export interface Match extends ArrivalMatch {
  /** Null for a call without a reply. */
  readonly status?: number | null
  /** An ISO 8601 date-time. */
  readonly since?: string
  readonly outcome?: 'updated' | 'partial' | 'not_updated' | 'refused' | 'lost' | 'none'
  /** Whether there were any, how many, or the id of a rule that was broken. */
  readonly violations?: boolean | number | string
}

/** The parts of a match that a list of requests can be narrowed by. */
export type RequestFilter = Pick<
  Match,
  'vendor' | 'account' | 'site' | 'operation' | 'method' | 'path' | 'status' | 'since' | 'outcome' | 'violations'
>

/** One fault that is armed. */
export interface FaultSpec {
  /** Which calls are meant; all of the scope where it is left out. */
  readonly match?: ArrivalMatch
  /** How often; always where it is left out. */
  readonly times?: number
  /** How many matching calls are let pass first. */
  readonly after?: number
  readonly fault: FaultDocument
}

export type FaultDocument =
  | {
      readonly kind: 'error'
      readonly status: number
      readonly message?: string
      /** Seconds. */
      readonly retry_after?: number
      /** Jirafe's word for it. */
      readonly error_type?: string
    }
  | LatencyDocument
  | { readonly kind: 'slow_body'; readonly bytes_per_second: number }
  | { readonly kind: 'truncate'; readonly bytes?: number }
  | { readonly kind: 'wrong_content_type'; readonly content_type?: string }
  | {
      readonly kind: 'partial'
      /** Exactly one of the three. */
      readonly items: { readonly index?: readonly number[]; readonly sku?: readonly string[]; readonly every?: number }
    }
  | { readonly kind: 'before_commit' }
  | { readonly kind: 'reset' | 'close' | 'garble' | 'empty' | 'after_commit' }

type LatencyDocument =
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

/** What a position is to be: only what the row gives is compared. */
export interface PositionRow {
  readonly warehouse?: string | null
  readonly inventory_date?: string | null
  readonly sku?: { readonly [Name in keyof SkuDocument]: IdentifierDocument | null }
  readonly upc?: IdentifierDocument | null
  readonly style_number?: IdentifierDocument | null
  readonly style_identifier?: IdentifierDocument | null
  readonly style_id?: IdentifierDocument | null
  readonly color_code?: IdentifierDocument | null
  readonly style_color_id?: IdentifierDocument | null
  readonly size?: IdentifierDocument | null
  readonly size_code?: IdentifierDocument | null
  readonly available?: number | null
  readonly incoming?: number | null
  readonly pending_deducted?: number | null
  readonly made_to_order?: boolean
}

/** What a level is to be: only what the row gives is compared. */
export interface LevelRow {
  readonly code: string
  readonly revision?: 'first' | 'second'
  readonly effective_date?: string | null
  /** A text for an integer beyond those that JavaScript holds. */
  readonly inventory_level?: number | string | null
  readonly timestamp?: string | null
  readonly change_date?: string | null
  readonly received_at?: string
  readonly low_stock_alert?: number | string | null
  readonly inventory_alerts?: boolean | null
}

/** Positions by warehouse, date and any identifier. */
export interface PositionFilter {
  readonly warehouse?: string
  readonly inventory_date?: string
  readonly upc?: IdentifierDocument
  readonly style_number?: IdentifierDocument
  readonly style_identifier?: IdentifierDocument
  readonly style_id?: IdentifierDocument
  readonly color_code?: IdentifierDocument
  readonly style_color_id?: IdentifierDocument
  readonly size?: IdentifierDocument
  readonly size_code?: IdentifierDocument
}

export interface LevelFilter {
  readonly code?: string
  /** Each level with its last hundred states. */
  readonly history?: boolean
}

export interface CostFilter {
  readonly sku_code?: string
}

export interface EventFilter {
  readonly type?: string
  /** An ISO 8601 date or date-time. */
  readonly since?: string
  /** At most so many, from the newest on; 1 to 1000. */
  readonly limit?: number
}
