const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
const wholeUuid = new RegExp(`^${uuid}$`)
const anyUuid = new RegExp(uuid, 'g')

/** A lower-case version-4 UUID. */
export const isUuid = (text: string) => wholeUuid.test(text)

/** A text with each id replaced by the template that stands for one in contract cases, but for those of another text. */
export const withoutIds = (text: string, known = '') =>
  text.replaceAll(anyUuid, (id) => (known.includes(id) ? id : '{{uuid}}'))

/** A text with each instant replaced. */
export const withoutInstants = (text: string) =>
  text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/g, '{{instant}}')
