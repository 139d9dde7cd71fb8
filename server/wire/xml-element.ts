/** An element as sent: text and children kept, comments and processing instructions dropped. */
export interface XmlElement {
  /** Without a namespace prefix, where a name is left behind it: of `x:` and `x:1` there is none. */
  readonly name: string
  /** The prefix or the attributes, as sent, that our reading ignores. */
  readonly ignored: readonly string[]
  readonly children: readonly XmlElement[]
  /** All text and CDATA directly in the element, joined. Of one without children it is no slice of the body. */
  readonly text: string
  /** How much of the parent's text stands before it. */
  readonly textBefore: number
  /** Where the element's tag begins in the body. */
  readonly offset: number
  /** Where the element ends in the body. */
  readonly end: number
}
