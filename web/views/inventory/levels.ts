import { type Level, listLevels } from '../../api/levels.js'
import { PageChain } from '../../live/page-chain.js'

export interface LevelLists {
  readonly levels: Level
}
export type Levels = PageChain<Level, LevelLists, undefined>

/** The levels of a site whose code has a text in it. */
export function levelsOf(site: string, text: string): Levels {
  const wanted = text.toLowerCase()
  return new PageChain({
    start: { cursor: '', left: undefined },
    fetch: async (cursor, stop) => {
      const answer = await listLevels(site, new URLSearchParams(cursor === '' ? {} : { cursor }), stop)
      if ('problem' in answer) return answer
      return { value: { items: answer.value.levels, next: answer.value.next } }
    },
    divide: (_left, levels) => ({
      lists: { levels: levels.filter(({ code }) => code.toLowerCase().includes(wanted)) },
      left: undefined,
    }),
  })
}

/** A code may have several levels: each revision of the event has its own, and the second one for each effective date. */
export const levelKey = ({ code, revision, effective_date }: Level) => JSON.stringify([revision, code, effective_date])
