import { Command, Help } from 'commander'
import { execOptions, startOptions } from '../config/config.js'
import { defaultUrl } from './asking.js'
import { addCa } from './ca-verb.js'
import { addCheck } from './check-verb.js'
import { addControlVerbs } from './control-verbs.js'
import { addCoverage } from './coverage-verbs.js'
import type { Outside } from './outside.js'
import { addProxy } from './proxy-verb.js'
import type { RulesOptions } from './rules.js'
import { createOption, readTexts } from './start-options.js'
import { examplesOf, repeatable, suggestVerb, tokenOption } from './verb-options.js'
import type { VerifyOptions } from './verify.js'
import { type WhyOptions, why } from './why.js'

const examples = `
Examples:
  backstock                                        start on http://127.0.0.1:4350
  backstock --port 0 --seed seed.yaml              start on a free port, with accounts and sites
  backstock --data stock.json                      keep the state across restarts
  backstock --setting contract=enforce             refuse what breaks the vendor's contract
  backstock exec -- npm test                       run a suite with an emulator of its own
  backstock exec --intercept -- npm test           the same for clients that have the vendors' addresses built in
  backstock why 1d4cb115-cb2c-4ee5-9f96-440a48e3ef04
                                                   why items of that call were not updated
  backstock requests --follow                      watch the calls as they come
  backstock doctor                                 what would stop it from working here
  backstock help exec                              the options of a verb

Every option has a place in backstock.config.yaml, too: option > environment > config file > default.`

/** The words of a command line, without and with what stands behind the first `--` of a verb that runs a command. */
export interface Words {
  readonly own: readonly string[]
  /** Undefined where there is no `--`. */
  readonly behind: readonly string[] | undefined
}

/** What stands behind `--` is another program's command line, so no parser of ours looks at it. */
export function splitWords(words: readonly string[]): Words {
  const at = words[0] === 'exec' || words[0] === 'proxy' ? words.indexOf('--') : -1
  return at < 0 ? { own: words, behind: undefined } : { own: words.slice(0, at), behind: words.slice(at + 1) }
}

/** The command line; `end` takes the exit code of the verb that ran. */
export function createProgram(
  outside: Outside,
  end: (code: number) => void,
  behind: Words['behind'] = undefined,
): Command {
  const program = new Command('backstock')
    .description('A local, stateful emulator of the Jirafe and JOOR inventory APIs')
    .version(outside.version)
    .exitOverride()
    // What stands behind the name of an unknown option may be a token.
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^(error: unknown option '[^'=]*)=.*'/s, "$1'")),
    })
    .addHelpText('after', examples)
  const start = addStart(program, outside, end)
  addExec(program, outside, end, behind ?? [])
  addCheck(program, outside, end)
  addWhy(program, outside, end)
  addControlVerbs(program, outside, end)
  addCoverage(program, outside, end)
  addVerify(program, outside, end)
  addProxy(program, outside, end, behind)
  addRules(program, outside, end)
  addDoctor(program, outside, end)
  addHelp(program)
  addCa(program, outside, end)
  // `start` may be left out, so its options are at home in the first help that people see.
  const help = new Help()
  program.configureHelp({ visibleOptions: (command) => [...start.options, ...help.visibleOptions(command)] })
  return program
}

function addStart(program: Command, outside: Outside, end: (code: number) => void): Command {
  const command = program
    .command('start', { isDefault: true })
    .description('run the emulator until SIGINT or SIGTERM; the default')
    // A misspelt verb arrives here, as an argument of the default one.
    .allowExcessArguments()
    .action(async () => {
      const [verb] = command.args
      if (verb !== undefined) command.error(`error: unknown command '${verb}'${suggestVerb(verb, program)}`)
      // Only the verb that runs the emulator loads it.
      const { start } = await import('./start.js')
      end(await start(readTexts(command.opts()), outside))
    })
  for (const row of startOptions) command.addOption(createOption(row))
  command.addHelpText(
    'after',
    examplesOf('backstock start --port 0', 'backstock start --seed seed.yaml --data stock.json'),
  )
  return command
}

function addExec(program: Command, outside: Outside, end: (code: number) => void, behind: readonly string[]): void {
  const usage = '[options] -- <command> [arguments...]'
  const command: Command = program
    .command('exec')
    .description('run a command, such as a test suite, with an emulator of its own')
    .usage(usage)
    .allowExcessArguments()
    .action(async (options: ReturnType<typeof command.opts>) => {
      const [file, ...args] = behind
      const [stray] = command.args
      const wrong = stray === undefined ? 'there is no command' : `unexpected argument '${stray}'`
      if (file === undefined || stray !== undefined)
        command.error(
          `error: ${wrong}; write it behind --, as in: backstock exec -- npm test\nUsage: backstock exec ${usage}`,
        )
      const [{ exec }, { startEmulator }] = await Promise.all([import('./exec.js'), import('../emulator.js')])
      const { env = [], failOn = [], report: reports, mutate, minCoverage, coverageOf } = options
      const asked = { env, failOn, reports, minCoverage, coverageOf, ...(mutate && { mutate }) }
      end(await exec({ options: readTexts(options), ...asked, command: file, args }, outside, startEmulator))
    })
  command
    .addOption(
      repeatable(
        '--env <name=value>',
        'a variable of the command; {joor}, {jirafe} and {url} are filled in; may be repeated',
      ),
    )
    .addOption(
      repeatable(
        '--fail-on <what>',
        'violations, errors (violations of that level) or unused-faults: exit 1 for them, though the command succeeded',
      ),
    )
    .addOption(
      repeatable(
        '--report <kind=file...>',
        'write junit=FILE, sarif=FILE, markdown=FILE, html=FILE, json=FILE or coverage=FILE; several may follow',
      ),
    )
    .addOption(
      repeatable(
        '--mutate [variations]',
        'repeat the run with one change of what it meets at a time, and say which the suite notices; may be names with *',
      ).preset('*'),
    )
    .option('--min-coverage <n>', 'exit 1 where calls came to less of the testable rules, such as 80 percent')
    .addOption(
      repeatable(
        '--coverage-of <what>',
        'joor, jirafe or an operation, to be covered instead of what was called; may be repeated',
      ),
    )
  for (const row of execOptions) command.addOption(createOption(row))
  command.addHelpText(
    'after',
    examplesOf(
      'backstock exec -- npm test',
      'backstock exec --env API_URL={joor} --fail-on violations -- npm test',
      'backstock exec --seed seed.yaml --report junit=report.xml -- pytest',
    ),
  )
}

function addDoctor(program: Command, outside: Outside, end: (code: number) => void): void {
  const command = program
    .command('doctor')
    .description('say what would stop Backstock, or a client of it, from working here; exit 1 where something would')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', examplesOf('backstock doctor', 'backstock doctor --port 8080 --data stock.json --json'))
    .action(async ({ json, ...options }: { json?: true } & ReturnType<typeof command.opts>) => {
      const { doctor } = await import('./doctor.js')
      end(await doctor(readTexts(options), { json: json ?? false }, outside))
    })
  for (const row of startOptions) command.addOption(createOption(row))
}

/** That of commander takes one name, and shows the whole for a name that is none. */
function addHelp(program: Command): void {
  const command: Command = program
    .helpCommand(false)
    .command('help')
    .description('show the help of a verb')
    .argument('[verb...]', 'such as exec, or fault add')
    .action((words: readonly string[]) => {
      let meant = program
      for (const word of words) {
        const found = meant.commands.find((each) => each.name() === word)
        if (found === undefined) return command.error(`error: unknown command '${word}'${suggestVerb(word, meant)}`)
        meant = found
      }
      return meant.help()
    })
}

function addWhy(program: Command, outside: Outside, end: (code: number) => void): void {
  program
    .command('why')
    .description('say why the items of a call to JOOR were updated or not')
    .argument('<log_id>', 'the log_id of the reply')
    .option('--url <url>', `address of the running emulator (default: ${defaultUrl}, env: BACKSTOCK_URL)`)
    .addOption(tokenOption())
    .option('--json', 'print what the emulator answers, as JSON')
    .addHelpText('after', examplesOf('backstock why 1d4cb115-cb2c-4ee5-9f96-440a48e3ef04'))
    .action(async (logId: string, options: WhyOptions) => end(await why(logId, options, outside)))
}

function addVerify(program: Command, outside: Outside, end: (code: number) => void): void {
  program
    .command('verify')
    .description('run the contract cases, on an emulator of their own or on any server')
    .option('--cases <path>', "a team's own cases or a recording, a file or a folder, run beside the shipped ones")
    .option('--vars <file>', 'the warehouse, SKUs and so on that the cases name, as a YAML or JSON mapping')
    .option('--target <url>', 'the server to send the cases to; only safe ones are sent')
    .option('--joor-token <token>', "the target's JOOR token")
    .option('--jirafe-token <token>', "the target's Jirafe token")
    .option('--jirafe-site <site>', "the target's Jirafe site")
    .option('--allow-destructive', 'send cases that clear more than they set, too; never to the real vendors')
    .addHelpText(
      'after',
      examplesOf(
        'backstock verify',
        'backstock verify --cases my-cases --vars sandbox.yaml',
        'backstock verify --target https://apisandbox.jooraccess.com --joor-token TOKEN --vars sandbox.yaml',
      ),
    )
    .action(async (options: VerifyOptions) => {
      const { verify } = await import('./verify.js')
      end(await verify(options, outside))
    })
}

function addRules(program: Command, outside: Outside, end: (code: number) => void): void {
  program
    .command('rules')
    .description('list the rules that the emulator goes by, with their evidence and source')
    .option('--json', 'print them as JSON')
    .addHelpText('after', examplesOf('backstock rules', "backstock rules --json | jq '.rules[].rule'"))
    .action(async (options: RulesOptions) => {
      const { rules } = await import('./rules.js')
      end(rules(options, outside))
    })
}
