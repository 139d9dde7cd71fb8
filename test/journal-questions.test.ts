import { describe, expect, it } from 'vitest'
import { jirafeOperations } from '../server/jirafe/operations.js'
import { joorOperations } from '../server/joor/operations.js'
import { CountInquiry, type Wanted } from '../server/journal/count.js'
import type { Entry } from '../server/journal/entry.js'
import type { Inquiry, Progress } from '../server/journal/inquiry.js'
import { Journal } from '../server/journal/journal.js'
import { NoAnswer, Questions } from '../server/journal/questions.js'
import { SequenceInquiry } from '../server/journal/sequence.js'
import { atLeast, certain, exactly } from '../server/journal/verdict.js'
import type { Handled } from '../server/matching/call.js'
import { type Match, readMatch } from '../server/matching/match.js'
import type { Partition } from '../server/state/store.js'
import type { Timers } from '../server/timers.js'
import { entry } from './journal-entries.js'
import { seededRandom } from './strict-store.js'

const operations = new Map([...joorOperations, ...jirafeOperations].map((each) => [each.name, each]))
const vendors = new Map([...operations].map(([name, { vendor }]) => [name, vendor]))

function match(document: object): Match<Handled> {
  const reading = readMatch(document, { operations: vendors, rules: [] })
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return reading.match
}

const count = (document: object, wanted: Wanted): Inquiry => {
  const read = match(document)
  return new CountInquiry(read.scope, read, wanted)
}
const sequence = (scope: Partition | undefined, ...steps: object[]): Inquiry =>
  new SequenceInquiry(scope, steps.map(match))

/** Timers whose deadlines come when the test says so. */
class ManualTimers implements Timers {
  readonly #due = new Set<() => void>()
  after(_ms: number, run: () => void) {
    this.#due.add(run)
    return () => this.#due.delete(run)
  }
  every = () => () => {}
  get size() {
    return this.#due.size
  }
  expire() {
    for (const run of [...this.#due]) run()
  }
}

function setUp(entries = 100, most?: number) {
  const journal = new Journal({ entries, bytes: 1e9, bodyBytes: 100 })
  const timers = new ManualTimers()
  const closing = new AbortController()
  const questions = new Questions({ journal, operations, timers, closing: closing.signal }, most)
  return { journal, timers, closing, questions }
}
/** A client that stays. */
const stays = () => new AbortController().signal

const body = (text: string, cut = false) => ({
  headers: { 'content-type': 'application/json' },
  body: { text, bytes: 1, cut, faithful: true },
})
const sent = (upc: string): Partial<Entry> => ({ request: body(`{"inventory_items":[{"upc":"${upc}"}]}`) })
const cut: Partial<Entry> = { request: body('{"inventory_items":[{"u', true) }
const upc = (value: string) => ({ command: { '/inventory_items/0/upc': value } })

describe('A verdict passes or fails only where every possible number agrees', () => {
  it.each([
    [2, 3, 3, 'pass'],
    [3, 3, 3, 'pass'],
    [4, 3, 3, 'fail'],
    [4, 3, 5, 'unknown'],
    [6, 3, 5, 'fail'],
    [3, 3, 5, 'pass'],
  ])('at least %i of %i to %i: %4$s', (asked, sure, most, verdict) => {
    expect(atLeast(asked, { sure, most })).toBe(verdict)
  })

  it.each([
    [3, 3, 3, 'pass'],
    [2, 3, 3, 'fail'],
    [4, 3, 3, 'fail'],
    [2, 3, 5, 'fail'],
    [3, 3, 5, 'unknown'],
    [5, 3, 5, 'unknown'],
    [6, 3, 5, 'fail'],
  ])('exactly %i of %i to %i: %4$s', (asked, sure, most, verdict) => {
    expect(exactly(asked, { sure, most })).toBe(verdict)
  })

  it('and a number is certain only where there is one', () => {
    expect(certain({ sure: 0, most: 0 })).toBe('pass')
    expect(certain({ sure: 1, most: 2 })).toBe('unknown')
  })
})

describe('A count', () => {
  it('is of the calls that are meant, the newest listed first', () => {
    const { journal, questions } = setUp()
    const [a, b, c] = [entry(sent('1')), entry(sent('2')), entry(sent('1'))]
    for (const each of [a, b, c]) journal.append('joor:brand', each)
    const progress = questions.ask(count(upc('1'), { exactly: 2 }))
    expect(progress).toMatchObject({ verdict: 'pass', count: 2, evicted: 0 })
    expect(progress.met.map(({ id }) => id)).toEqual([c.id, a.id])
    // What a question remembers may outlive the journal's entry, so it is no body.
    expect(progress.met[0]).not.toHaveProperty('request')
  })

  it.each<[string, Wanted, string]>([
    ['at least one', { atLeast: 1 }, 'pass'],
    ['at least two', { atLeast: 2 }, 'unknown'],
    ['at least three', { atLeast: 3 }, 'fail'],
    ['exactly one', { exactly: 1 }, 'unknown'],
    ['none', { exactly: 0 }, 'fail'],
    ['any number', 'any number', 'unknown'],
  ])('of a call and a cut body: %s', (_what, wanted, verdict) => {
    const { journal, questions } = setUp()
    journal.append('joor:brand', entry(sent('1')))
    journal.append('joor:brand', entry(cut))
    expect(questions.ask(count(upc('1'), wanted))).toMatchObject({ verdict, count: 1, evicted: 0 })
    // Where anything else differs, the body does not matter.
    expect(questions.ask(count({ ...upc('1'), status: 401 }, { exactly: 0 })).verdict).toBe('pass')
  })

  it('is unknown of a body that was refused before anybody read it', () => {
    const { journal, questions } = setUp()
    const headers = { 'content-type': 'application/json', 'content-length': '40' }
    journal.append('joor', entry({ status: 401, request: { headers, body: null } }))
    expect(questions.ask(count(upc('1'), 'any number')).verdict).toBe('unknown')
    expect(questions.ask(count({ status: 401 }, { exactly: 1 })).verdict).toBe('pass')
  })

  it('is certain of a call whose body says nothing anyway', () => {
    const { journal, questions } = setUp()
    const path = '/v2/style-number/DM1/DM1A/inventory?upc=1&inventory=2'
    const headers = { 'content-length': '40' }
    const single = { operation: 'joor.style-inventory', path, request: { headers, body: null } }
    journal.append('joor:brand', entry(single))
    expect(questions.ask(count({ command: { '/upc': '1' } }, { exactly: 1 })).verdict).toBe('pass')
    expect(questions.ask(count({ command: { '/upc': '2' } }, { exactly: 0 })).verdict).toBe('pass')
  })

  it.each<[string, object, number, string]>([
    ['nothing that speaks against it', {}, 3, 'unknown'],
    ['the account', { account: 'brand' }, 3, 'unknown'],
    ['another account', { account: 'other' }, 0, 'fail'],
    ['a site of that name', { site: 'brand' }, 0, 'fail'],
    ['the vendor', { vendor: 'joor' }, 3, 'unknown'],
    ['the other vendor', { vendor: 'jirafe' }, 0, 'fail'],
    ['an operation of the vendor', { operation: 'joor.style-inventory' }, 3, 'unknown'],
    ['an operation of the other', { operation: 'jirafe.batch' }, 0, 'fail'],
    ['since the last dropped', { since: '1970-01-01T00:00:02Z' }, 3, 'unknown'],
    ['since after the last dropped', { since: '1970-01-01T00:00:03Z' }, 0, 'fail'],
  ])('knows what dropped calls leave open: %s', (_what, document, evicted, verdict) => {
    const { journal, questions } = setUp(2)
    for (let n = 0; n < 5; n++) journal.append('joor:brand', entry({ at: new Date(n * 1000), status: 200 }))
    expect(questions.ask(count({ ...document, status: 503 }, { atLeast: 1 }))).toMatchObject({
      verdict,
      evicted,
      count: 0,
    })
  })

  it('is certain again when the journal was cleared', () => {
    const { journal, questions } = setUp(1)
    for (let n = 0; n < 3; n++) journal.append('joor:brand', entry())
    expect(questions.ask(count({}, { exactly: 1 })).verdict).toBe('unknown')
    journal.clear('joor:brand')
    expect(questions.ask(count({}, { exactly: 0 }))).toMatchObject({ verdict: 'pass', evicted: 0 })
  })
})

describe('A sequence', () => {
  const steps = (...letters: string[]) => letters.map(upc)
  const run = (letters: string[], wanted: string[], entries = 100): Progress => {
    const { journal, questions } = setUp(entries)
    for (const letter of letters) journal.append('joor:brand', entry(letter === '?' ? cut : sent(letter)))
    return questions.ask(sequence(undefined, ...steps(...wanted)))
  }

  it.each([
    ['in order', ['a', 'b'], ['a', 'b'], 'pass', 2],
    ['others in between', ['x', 'a', 'x', 'b', 'x'], ['a', 'b'], 'pass', 2],
    ['the wrong order', ['b', 'a'], ['a', 'b'], 'fail', 1],
    ['one call for two steps', ['a'], ['a', 'a'], 'fail', 1],
    ['two calls for two steps', ['a', 'a'], ['a', 'a'], 'pass', 2],
    ['nothing at all', [], ['a'], 'fail', 0],
    ['a cut body where the step may be', ['a', '?'], ['a', 'b'], 'unknown', 1],
    ['a cut body before it', ['?', 'b'], ['a', 'b'], 'unknown', 0],
    ['a cut body behind the end', ['a', 'b', '?'], ['a', 'b'], 'pass', 2],
    ['a cut body that stands for one step only', ['?'], ['a', 'b'], 'fail', 0],
    ['a cut body at the wrong place', ['b', '?'], ['a', 'b'], 'fail', 0],
  ])('%s', (_what, letters, wanted, verdict, found) => {
    expect(run(letters, wanted)).toMatchObject({ verdict, count: found })
  })

  it.each([
    ['the first step may be dropped', ['a', 'x', 'b'], ['a', 'b'], 'unknown', 1],
    ['one dropped call stands for one step only', ['x', 'x', 'b'], ['a', 'c', 'b'], 'fail', 1],
    ['the last step is later than what was dropped', ['a', 'x', 'y'], ['a', 'b'], 'fail', 1],
    ['found in what is kept', ['x', 'a', 'b'], ['a', 'b'], 'pass', 1],
  ])('of which the journal dropped one call: %s', (_what, letters, wanted, verdict, evicted) => {
    expect(run(letters, wanted, 2)).toMatchObject({ verdict, evicted })
  })

  it('knows that a dropped call of one account may stand between those of another', () => {
    const { journal, questions } = setUp(1)
    journal.append('joor:one', entry({ name: 'one', ...sent('a') }))
    journal.append('joor:two', entry({ name: 'two', ...sent('b') }))
    journal.append('joor:two', entry({ name: 'two', ...sent('x') }))
    const [a, b, x] = [
      { account: 'one', ...upc('a') },
      { account: 'two', ...upc('b') },
      { account: 'two', ...upc('x') },
    ]
    const verdict = (...wanted: object[]) => questions.ask(sequence(undefined, ...wanted)).verdict
    expect(verdict(a, b, x)).toBe('unknown')
    expect(verdict(a, x)).toBe('pass')
    // The one that was dropped came between the others.
    expect(verdict(b, a)).toBe('fail')
    expect(verdict(x, b)).toBe('fail')
    // Nothing of the first account was dropped, and what was of the second cannot be it.
    expect(questions.ask(sequence(undefined, { account: 'one', ...upc('a') }, { account: 'one' })).verdict).toBe('fail')
  })
})

const letters = ['a', 'b', 'x']

/** Every history that looks the same once some letters are no longer known. */
function worldsOf(known: readonly (string | undefined)[]): readonly (readonly string[])[] {
  return known.reduce<readonly (readonly string[])[]>(
    (worlds, letter) =>
      worlds.flatMap((world) => (letter === undefined ? letters : [letter]).map((each) => [...world, each])),
    [[]],
  )
}

const countOf = (world: readonly string[], letter: string) => world.filter((each) => each === letter).length

function hasSequence(world: readonly string[], steps: readonly string[]): boolean {
  let met = 0
  for (const letter of world) if (letter === steps[met]) met++
  return met === steps.length
}

/** What a verdict has to be, by looking at every history that may have been. */
function verdictIn(worlds: readonly (readonly string[])[], holds: (world: readonly string[]) => boolean): string {
  const answers = new Set(worlds.map(holds))
  return answers.size > 1 ? 'unknown' : answers.has(true) ? 'pass' : 'fail'
}

describe('Verdicts about histories by chance', () => {
  it('are what every history that may have been agrees about, and unknown exactly where two differ', () => {
    const told = new Map<string, number>()
    let lies = 0
    for (let seed = 0; seed < 400; seed++) {
      const random = seededRandom(seed)
      const pick = () => letters[Math.floor(random() * letters.length)] ?? ''
      const kept = 1 + Math.floor(random() * 4)
      const { journal, questions } = setUp(kept)
      const history = Array.from({ length: Math.floor(random() * 7) }, pick)
      const known = history.map((letter, index) => {
        const isCut = random() < 0.25
        journal.append('joor:brand', entry(isCut ? cut : sent(letter)))
        return isCut || index < history.length - kept ? undefined : letter
      })
      const worlds = worldsOf(known)
      const steps = Array.from({ length: 1 + Math.floor(random() * 3) }, pick)
      const letter = pick()
      const asked = Math.floor(random() * 4)
      const expected = [
        verdictIn(worlds, (world) => hasSequence(world, steps)),
        verdictIn(worlds, (world) => countOf(world, letter) === asked),
        verdictIn(worlds, (world) => countOf(world, letter) >= asked),
      ]
      const inquiries = [
        sequence(undefined, ...steps.map(upc)),
        count(upc(letter), { exactly: asked }),
        count(upc(letter), { atLeast: asked }),
      ]
      const answers = inquiries.map((inquiry) => questions.ask(inquiry))
      const verdicts = answers.map(({ verdict }) => verdict)
      expect([seed, ...verdicts]).toEqual([seed, ...expected])
      for (const verdict of verdicts) told.set(verdict, (told.get(verdict) ?? 0) + 1)
      // What a journal would say that takes what it no longer has for what never was.
      if (answers[2]?.count !== undefined && answers[2].count < asked && expected[2] !== 'fail') lies++
    }
    expect(lies).toBeGreaterThan(20)
    // Each of the three was really asked for.
    for (const verdict of ['pass', 'fail', 'unknown']) expect(told.get(verdict)).toBeGreaterThan(50)
  })

  it('never lie where calls of several accounts were dropped', () => {
    const told = new Map<string, number>()
    for (let seed = 0; seed < 400; seed++) {
      const random = seededRandom(seed)
      const pick = () => letters[Math.floor(random() * letters.length)] ?? ''
      const { journal, questions } = setUp(1 + Math.floor(random() * 2))
      const history = Array.from({ length: 1 + Math.floor(random() * 5) }, () => ({
        name: random() < 0.5 ? 'one' : 'two',
        letter: pick(),
      }))
      for (const { name, letter } of history) journal.append(`joor:${name}`, entry({ name, ...sent(letter) }))
      const steps = Array.from({ length: 1 + Math.floor(random() * 3) }, pick)
      const { verdict } = questions.ask(sequence(undefined, ...steps.map(upc)))
      const world = history.map(({ letter }) => letter)
      if (verdict !== 'unknown') expect([seed, verdict]).toEqual([seed, hasSequence(world, steps) ? 'pass' : 'fail'])
      told.set(verdict, (told.get(verdict) ?? 0) + 1)
    }
    for (const verdict of ['pass', 'fail', 'unknown']) expect(told.get(verdict)).toBeGreaterThan(10)
  })
})

describe('A question that waits', () => {
  it('is answered at once where it holds already', async () => {
    const { journal, questions, timers } = setUp()
    journal.append('joor:brand', entry())
    expect(await questions.wait(count({}, { atLeast: 1 }), 1_000, stays())).toMatchObject({ verdict: 'pass', count: 1 })
    expect([questions.waiting, timers.size]).toEqual([0, 0])
  })

  it('is answered by the call that makes it hold, and not by another', async () => {
    const { journal, questions, timers } = setUp()
    const answer = questions.wait(count({ account: 'brand', ...upc('2') }, { atLeast: 2 }), 1_000, stays())
    let answered = false
    void answer.then(() => {
      answered = true
    })
    for (const each of ['1', '2', '1']) journal.append('joor:brand', entry(sent(each)))
    journal.append('joor:other', entry({ name: 'other', ...sent('2') }))
    await Promise.resolve()
    expect(answered).toBe(false)
    journal.append('joor:brand', entry(sent('2')))
    expect(await answer).toMatchObject({ verdict: 'pass', count: 2 })
    expect([questions.waiting, timers.size]).toEqual([0, 0])
  })

  it('fails at its deadline, or is unknown where a cut body leaves it open', async () => {
    const { journal, questions, timers } = setUp()
    const failing = questions.wait(count(upc('1'), { atLeast: 1 }), 1_000, stays())
    timers.expire()
    expect((await failing).verdict).toBe('fail')
    const open = questions.wait(count(upc('1'), { atLeast: 1 }), 1_000, stays())
    journal.append('joor:brand', entry(cut))
    timers.expire()
    expect((await open).verdict).toBe('unknown')
    expect(questions.waiting).toBe(0)
  })

  it('does not forget what it saw when the journal drops it', async () => {
    const { journal, questions } = setUp(1)
    const answer = questions.wait(count(upc('1'), { atLeast: 2 }), 1_000, stays())
    for (const each of ['1', 'x', 'x', '1']) journal.append('joor:brand', entry(sent(each)))
    expect(await answer).toMatchObject({ verdict: 'pass', count: 2, evicted: 0 })
  })

  it('counts anew when the journal is cleared or an account gets its name', async () => {
    const { journal, questions, timers } = setUp()
    const first = questions.wait(count({}, { atLeast: 2 }), 1_000, stays())
    journal.append('joor:brand', entry())
    journal.clear('joor:brand')
    journal.append('joor:brand', entry())
    timers.expire()
    expect(await first).toMatchObject({ verdict: 'fail', count: 1 })
    const second = questions.wait(count({ account: 'named' }, { atLeast: 1 }), 1_000, stays())
    journal.append('joor:token-1', entry({ name: 'token-1' }))
    journal.rename('joor:token-1', 'joor:named')
    expect(await second).toMatchObject({ verdict: 'pass', count: 1 })
  })

  it('for an exact number ends as soon as there are too many', async () => {
    const { journal, questions } = setUp()
    const answer = questions.wait(count({}, { exactly: 2 }), 1_000, stays())
    for (let n = 0; n < 2; n++) journal.append('joor:brand', entry())
    expect((await answer).verdict).toBe('pass')
    journal.append('joor:brand', entry())
    expect((await questions.wait(count({}, { exactly: 2 }), 1_000, stays())).verdict).toBe('fail')
  })

  it('is dropped when its client goes away, and holds nothing', async () => {
    const { journal, questions, timers } = setUp()
    const client = new AbortController()
    const answer = questions.wait(count({}, { atLeast: 1 }), 1_000, client.signal)
    client.abort()
    await expect(answer).rejects.toThrow(NoAnswer)
    expect([questions.waiting, timers.size]).toEqual([0, 0])
    journal.append('joor:brand', entry())
  })

  it('ends when the emulator closes, and none begins after', async () => {
    const { questions, closing, timers } = setUp()
    const answer = questions.wait(count({}, { atLeast: 1 }), 1_000, stays())
    closing.abort()
    await expect(answer).rejects.toThrow('closing')
    await expect(questions.wait(count({}, { atLeast: 1 }), 1_000, stays())).rejects.toThrow('closing')
    expect([questions.waiting, timers.size]).toEqual([0, 0])
  })

  it('is refused where too many wait already', async () => {
    const { journal, questions } = setUp(100, 2)
    const waiting = [1, 2].map(() => questions.wait(count({}, { atLeast: 1 }), 1_000, stays()))
    await expect(questions.wait(count({}, { atLeast: 1 }), 1_000, stays())).rejects.toThrow('2 questions wait already')
    journal.append('joor:brand', entry())
    for (const each of await Promise.all(waiting)) expect(each.verdict).toBe('pass')
    expect((await questions.wait(count({}, { atLeast: 1 }), 1_000, stays())).verdict).toBe('pass')
  })

  it('fails alone where looking at a call fails: the call is journalled', async () => {
    const { journal, questions } = setUp()
    const broken = { scope: undefined, begin: () => ({ take: () => fail(), settled: false }) as unknown as Progress }
    const fail = () => {
      throw new Error('a planted failure')
    }
    const answer = questions.wait(broken, 1_000, stays())
    const other = questions.wait(count({}, { atLeast: 1 }), 1_000, stays())
    journal.append('joor:brand', entry())
    await expect(answer).rejects.toThrow('a planted failure')
    expect((await other).verdict).toBe('pass')
  })
})

type Waiter = (parts: ReturnType<typeof setUp>, least: number) => Promise<{ readonly verdict: string }>

const honest: Waiter = ({ questions }, least) => questions.wait(count({}, { atLeast: least }), 1_000, stays())

/** What is often written: a look, a tick, and only then an ear. */
const racy: Waiter = async ({ journal, questions, timers }, least) => {
  let { count: found } = questions.ask(count({}, { atLeast: least }))
  if (found >= least) return { verdict: 'pass' }
  await Promise.resolve()
  return new Promise((resolve) => {
    const leave = journal.listen({
      appended() {
        found++
        if (found >= least) resolve({ verdict: 'pass' })
      },
      rewritten: () => {},
    })
    timers.after(1_000, () => {
      leave()
      resolve({ verdict: 'fail' })
    })
  })
}

/** Calls and waits in an order by chance, waits before, between and after the calls: how many answers were wrong. */
async function lies(waiter: Waiter, seed: number): Promise<number> {
  const random = seededRandom(seed)
  const parts = setUp()
  const calls = 20
  const answers: Promise<boolean>[] = []
  const ask = () => {
    // One more than there will be must not be found.
    const least = 1 + Math.floor(random() * (calls + 1))
    answers.push(waiter(parts, least).then(({ verdict }) => verdict === (least <= calls ? 'pass' : 'fail')))
  }
  for (let n = 0; n < 10; n++) ask()
  for (let n = 0; n < calls; n++) {
    if (random() < 0.7) ask()
    if (random() < 0.5) await Promise.resolve()
    parts.journal.append('joor:brand', entry())
    if (random() < 0.5) await Promise.resolve()
  }
  for (let n = 0; n < 10; n++) ask()
  // Everything has come, so whatever still waits gets what there is.
  await new Promise((resolve) => setImmediate(resolve))
  parts.timers.expire()
  return (await Promise.all(answers)).filter((right) => !right).length
}

describe('Waiting under load', () => {
  const seeds = Array.from({ length: 200 }, (_, seed) => seed)

  it('never lies', async () => {
    for (const seed of seeds) expect([seed, await lies(honest, seed)]).toEqual([seed, 0])
  })

  it('would be caught lying where it looked first and listened a tick later', async () => {
    const told = await Promise.all(seeds.map((seed) => lies(racy, seed)))
    expect(told.filter((count) => count > 0).length).toBeGreaterThan(10)
  })
})
