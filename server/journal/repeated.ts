/** What a repeated call was answered, or why it cannot be repeated and what to do instead. */
export type Repeated =
  | {
      /** The id of the new request. */
      readonly id: string
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly obstacle: string }
