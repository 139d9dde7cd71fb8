/** The documents that people and programs write, each with a schema of that name in `schemas/`. */
export const documentKinds = [
  ...(['account', 'site', 'seed', 'cases', 'clock', 'ids', 'faults', 'fork', 'match', 'question', 'sequence'] as const),
  ...(['position-rows', 'level-rows', 'coverage'] as const),
] as const
export type DocumentKind = (typeof documentKinds)[number]
