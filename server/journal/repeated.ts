/** What a repeated call was answered, or why it cannot be repeated and what to do instead. */
export type Repeated =
  | {
      /** The id of the new request. */
      readonly id: string
      /** Null, as the others, where a fault lost the reply. */
      readonly status: number | null
      readonly headers: Readonly<Record<string, string>> | null
      readonly body: string | null
    }
  | { readonly obstacle: string }
