import { parseArgs } from 'node:util'

export interface Options {
  readonly node: string
  readonly rounds: number
  readonly seconds: number
  /** Rows by their names; none means all. */
  readonly only: readonly string[]
  readonly json: boolean
  /** What the results are kept under in `bench/results/`. */
  readonly save: string | undefined
  /** Results that are kept by this name are printed, and nothing is measured. */
  readonly show: string | undefined
  readonly peers: boolean
  readonly check: boolean
  readonly plant: boolean
  /** The figures of the short form become those that later ones are held against. */
  readonly renew: boolean
  /** How many positions the data file is measured with. */
  readonly positions: readonly number[]
}

/** The command line asks for what there is not. */
export class OptionError extends Error {}

const usage = `npm run bench -- [options]
  --node PATH          the Node that is measured (default: the one that runs this)
  --rounds N           rounds of each contest (default: 5)
  --seconds S          seconds of each server's turn in a round (default: 3)
  --only ROW           this row alone; may be repeated
  --positions N,N      positions of the rows with --data (default: 10000)
  --save NAME          keep the results as bench/results/NAME.json
  --show NAME          print the table of results that are kept, and measure nothing
  --json               JSON on stdout instead of the table
  --peers              the peers' rows instead; npm run bench:peers installs them first
  --check              the short form: fails where a ratio falls far below what is committed
  --check --renew      the short form: keeps its figures as what later ones are held against
  --check --plant      the short form with everything slowed down twofold: fails where that is not seen`

/** What the command line asks for; undefined where it is help. */
export function readOptions(words: readonly string[], known: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...words],
    options: {
      node: { type: 'string', default: process.execPath },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      only: { type: 'string', multiple: true, default: [] },
      positions: { type: 'string', default: '10000' },
      save: { type: 'string' },
      show: { type: 'string' },
      json: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      plant: { type: 'boolean', default: false },
      renew: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(`${usage}\n\nRows: ${known.join(', ')}`)
    return undefined
  }
  for (const row of values.only)
    if (!known.includes(row)) throw new OptionError(`No row is called ${row}. Known are ${known.join(', ')}.`)
  if ((values.plant || values.renew) && !values.check)
    throw new OptionError('--plant and --renew are forms of --check.')
  if (values.check && (values.save !== undefined || values.peers || values.json))
    throw new OptionError('--check is the short form by itself: --save, --peers and --json are of the long one.')
  const positive = (name: string, text: string) => {
    const figure = Number(text)
    if (!(figure > 0)) throw new OptionError(`${name} is ${text}. Right is a number above 0.`)
    return figure
  }
  return {
    ...values,
    save: values.save,
    show: values.show,
    rounds: positive('--rounds', values.rounds),
    seconds: positive('--seconds', values.seconds),
    positions: values.positions.split(',').map((text) => positive('--positions', text)),
  }
}
