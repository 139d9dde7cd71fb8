import { type EmulatorOptions, startEmulator } from '../server/emulator.js'
import { orderOf } from './linear.js'
import { emptyAccount, emptySite, type History, historyOf, textOfAccount, textOfSite } from './linear-histories.js'
import { seed } from './proof.js'
import { seededRandom } from './strict-store.js'

/** The histories of so many replicas of an emulator that no order explains, and how many operations there were in all. */
export async function unexplained(options: EmulatorOptions, count: number, deeds: number, replicas = 1) {
  const random = seededRandom(seed)
  const emulators = await Promise.all(
    Array.from({ length: replicas }, () =>
      startEmulator({
        ...{ port: 0, levels: { '*.conduct.*': 'off' }, settings: { rate_limit: 'off' }, ...options },
      }),
    ),
  )
  const urls = emulators.map(({ url }) => url)
  const histories: History[] = []
  for (let number = 1; number <= count; number++)
    histories.push(await historyOf(urls, `history-${number}`, deeds, random))
  await Promise.all(emulators.map((emulator) => emulator.close()))
  const saysOf = ({ account, site }: History) => [...account, ...site].map(({ says }) => says)
  const told = histories.flatMap(saysOf)
  return {
    wrong: histories.filter((history) => !isExplained(history)).map((history) => saysOf(history).join('\n')),
    operations: told.length,
    failed: told.filter((says) => says.endsWith('503')).length,
  }
}

const isExplained = ({ account, site }: History) =>
  orderOf(account, emptyAccount, textOfAccount) !== undefined && orderOf(site, emptySite, textOfSite) !== undefined
