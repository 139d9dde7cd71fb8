/** What a statement about a vendor rests on, strongest first. */
export type Evidence = 'documented' | 'recorded' | 'observed' | 'assumed'

/** A rule of the book, as it stands beside what it decided. */
export interface RuleTold {
  readonly rule: string
  readonly statement: string
  readonly evidence: Evidence
  readonly source: string
}
