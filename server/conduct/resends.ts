import { counted } from '../counted.js'
import type { Breach } from '../findings.js'
import type { Said } from '../said.js'
import { type Hearing, tell } from './hearing.js'
import { isWithin } from './limits.js'
import type { Memory } from './memory.js'
import { PastCall, type Word, wordsOf } from './past-call.js'
import { breachOf, listed, type Watched } from './watched.js'

/** Holds what a call says against what was said of the same positions before. */
export function judgeResends(call: Hearing, past: PastCall): void {
  const repeated: Word[] = []
  const stale: Word[] = []
  for (let word = past.first; word !== undefined; word = word.sibling) {
    const { before } = word
    if (before === undefined) continue
    const older = olderThan(call, word, before)
    if (older !== undefined) stale.push(word)
    follow(call, word, before, older !== undefined)
    if (before.next === 'same' && before.call.lost && word.times > before.times) repeated.push(word)
  }
  judgeRepeated(call, repeated)
  judgeStale(call, stale)
  judgeSame(call, past)
}

/** A call that was refused sets nothing; it shows that its client has tried again. */
export function noteTries({ statements }: Said, memory: Memory): void {
  for (const { key, value } of statements) {
    const before = memory.positions.get(key)?.last
    if (before !== undefined && before.next === undefined && before.value === value) before.next = 'same'
  }
}

/** Notes what came of the word before: whoever is under way then can know nothing of its loss. */
function follow({ heard, watches, now }: Hearing, word: Word, before: Word, stale: boolean): void {
  if (before.next !== undefined) return
  if (before.value === word.value) {
    before.next = 'same'
    return
  }
  const knew = before.call.lost && heard.behind > before.call.number
  if (!knew || stale) {
    before.next = 'newer'
    return
  }
  const { call } = word
  before.next = call
  const watched = watches.retry_payload
  if (watched === undefined || !isWithin(watched.limit, now, before.call.at)) return
  call.changed ??= new Map()
  call.changed.set(before, word)
}

/** The lost word that this one says again although something else was said in between. */
function olderThan({ watches, now }: Hearing, word: Word, before: Word): Word | undefined {
  const watched = watches.stale_retry
  if (watched === undefined || !word.updated || before.value === word.value) return undefined
  let older = before.before
  while (older !== undefined && !isLostLevel(older, word)) older = older.before
  if (older === undefined || !isWithin(watched.limit, now, older.call.at)) return undefined
  // What came between was newer stock then, and no retry that says something else.
  if (older.next instanceof PastCall) older.next.changed?.delete(older)
  older.next = 'same'
  return older
}

/** A lost call had said the same, and something else was said then. */
function isLostLevel({ call, next, value, stamp }: Word, word: Word): boolean {
  // Few have the same level, and to look at a call comes dear where thousands are remembered.
  return value === word.value && stamp === word.stamp && next !== undefined && next !== 'same' && call.lost
}

function judgeRepeated(call: Hearing, words: readonly Word[]): void {
  const watched = call.watches.retry_payload
  const [first] = words
  if (watched === undefined || first === undefined || words.length < watched.limit.count) return
  const seen = `${counted(words.length, 'position')} more often than in the call whose reply was lost: ${listed(names(words))}`
  tell(call, watched, first.at, seen, 'the same items once more, each as often as before')
}

function judgeStale(call: Hearing, words: readonly Word[]): void {
  const watched = call.watches.stale_retry
  const [first] = words
  if (watched === undefined || first === undefined || words.length < watched.limit.count) return
  const seen = `${counted(words.length, 'position')} sent again behind newer stock: ${listed(words.map(replaced))}`
  tell(call, watched, first.at, seen, 'the newest quantity, or nothing: what is newer has been sent')
}

const replaced = ({ position, value, before }: Word) => `${position.key}: ${value} behind ${before?.value}`

/** The same level of a position in several calls that were taken and answered, one behind the other. */
function judgeSame(call: Hearing, past: PastCall): void {
  const watched = call.watches.same_level
  if (watched === undefined || past.lost) return
  const same = wordsOf(past, (word) => isSaidAgain(word, call.now, watched))
  const [first] = same
  if (first === undefined) return
  const { count, seconds } = watched.limit
  const seen = `${counted(same.length, 'position')} at the same level ${count} times within ${seconds} seconds: ${listed(names(same))}`
  tell(call, watched, first.at, seen, 'a call when the level has changed; a full resend once a night')
}

function isSaidAgain(word: Word, now: number, { limit }: Watched): boolean {
  if (!word.updated || word.digest || word.value === null) return false
  // Most positions were not spoken of so often.
  if (word.position.count < limit.count) return false
  let count = 0
  for (let each: Word | undefined = word; each?.value === word.value; each = each.before) {
    const counts = each.updated && (each === word || each.call.answered)
    if (counts && isWithin(limit, now, each.call.at) && ++count === limit.count) return true
  }
  return false
}

const names = (words: readonly Word[]) => words.map(({ position }) => position.key)

/** What a lost call said and nobody said again since. */
export function lostBreach(call: PastCall, watched: Watched): Breach | undefined {
  if (!call.lost) return undefined
  const words = wordsOf(call, ({ next }) => next === undefined)
  const [first] = words
  if (first === undefined || words.length < watched.limit.count) return undefined
  const seen = `the reply was lost, and ${counted(words.length, 'statement')} never came again: ${listed(names(words))}`
  return breachOf(watched, first.at, seen, 'the same once more: it does no harm where the call had taken effect')
}

/** What a call says otherwise than a lost one did, as long as nothing shows that it was newer stock. */
export function changedBreach(call: PastCall, watched: Watched): Breach | undefined {
  const { changed = new Map<Word, Word>() } = call
  const [first] = changed
  if (first === undefined || changed.size < watched.limit.count) return undefined
  const changes = [...changed].map(([was, is]) =>
    is.digest ? is.position.key : `${is.position.key}: ${is.value} instead of ${was.value}`,
  )
  const seen = `${counted(changes.length, 'position')} otherwise than in request ${first[0].call.id}, whose reply was lost: ${listed(changes)}`
  return breachOf(watched, first[1].at, seen, 'the same quantities once more')
}
