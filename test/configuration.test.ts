import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  ConfigError,
  type Given,
  readConfig,
  readConfigPath,
  readLogFormat,
  startOptions,
} from '../server/config/config.js'
import { readConfigFile } from '../server/config/config-file.js'
import type { Source } from '../server/documents/source.js'

const nothing: Given = { options: {}, env: {} }

/** A config file whose parts all stand at one place. */
function configFile(value: unknown): Source {
  return { path: '/etc/backstock.config.yaml', value, place: () => ({ line: 3, column: 5 }) }
}

function refusal(given: Partial<Given>): string {
  try {
    readConfig({ ...nothing, ...given })
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

describe('the configuration', () => {
  test('has a default for everything and is frozen', () => {
    const config = readConfig(nothing)
    expect(config).toEqual({
      port: 4350,
      allowedHosts: [],
      recover: false,
      settings: {},
      levels: {},
      evidence: 'assumed',
      conduct: {},
      magic: false,
      journal: { entries: 1_000, bytes: 67_108_864, bodyBytes: 262_144 },
      anonymousLimit: 10_000,
      limits: {},
      logFormat: 'text',
      logRequests: false,
    })
    expect([config, config.settings, config.journal].every(Object.isFrozen)).toBe(true)
  })

  const values = [
    { name: 'port', text: '0', value: 0 },
    { name: 'host', text: '0.0.0.0', value: '0.0.0.0' },
    { name: 'allowed_hosts', text: 'Stock.test. *.brand.test', value: ['stock.test', '*.brand.test'] },
    { name: 'control_token', text: 'c0ntrol~', value: 'c0ntrol~' },
    { name: 'intercept', text: 'true', value: true },
    { name: 'intercept_hosts', text: 'Joor=api.test, own.test', value: ['joor=api.test', 'own.test'] },
    { name: 'allow_hosts', text: '*.Shop.test 127.0.0.1', value: ['*.shop.test', '127.0.0.1'] },
    { name: 'ca_dir', text: '/a/ca', value: '/a/ca' },
    { name: 'seed', text: '/a/seed.yaml', value: '/a/seed.yaml' },
    { name: 'data', text: '/a/data.json', value: '/a/data.json' },
    { name: 'recover', text: 'true', value: true },
    { name: 'settings', text: 'auth=enforce', value: { auth: 'enforce' } },
    { name: 'levels', text: 'joor.date.*=off', value: { 'joor.date.*': 'off' } },
    { name: 'evidence', text: 'recorded', value: 'recorded' },
    { name: 'conduct', text: 'single_calls=5/10', value: { single_calls: '5/10' } },
    { name: 'magic', text: 'on', value: 'on' },
    { name: 'journal_entries', text: '5', value: 5 },
    { name: 'journal_bytes', text: '6', value: 6 },
    { name: 'journal_body_bytes', text: '7', value: 7 },
    { name: 'anonymous_limit', text: '8', value: 8 },
    { name: 'limits', text: 'header_seconds=5', value: { header_seconds: 5 } },
    { name: 'seed_ids', text: '9', value: 9 },
    { name: 'log_format', text: 'json', value: 'json' },
    { name: 'log_requests', text: 'true', value: true },
  ]
  const full = {
    port: 0,
    host: '0.0.0.0',
    allowedHosts: ['stock.test', '*.brand.test'],
    controlToken: 'c0ntrol~',
    intercept: { hosts: ['joor=api.test', 'own.test'], allow: ['*.shop.test', '127.0.0.1'], caDir: '/a/ca' },
    seed: '/a/seed.yaml',
    data: '/a/data.json',
    recover: true,
    settings: { auth: 'enforce' },
    levels: { 'joor.date.*': 'off' },
    evidence: 'recorded',
    conduct: { single_calls: '5/10' },
    magic: true,
    journal: { entries: 5, bytes: 6, bodyBytes: 7 },
    anonymousLimit: 8,
    limits: { header_seconds: 5 },
    seedIds: 9,
    logFormat: 'json',
    logRequests: true,
  }
  const variableOf = (name: string) => startOptions.find((row) => row.name === name)?.env ?? ''

  test.each([
    ['the command line', { options: Object.fromEntries(values.map(({ name, text }) => [name, [text]])) }],
    ['the environment', { env: Object.fromEntries(values.map(({ name, text }) => [variableOf(name), text])) }],
    ['the config file', { file: configFile(Object.fromEntries(values.map(({ name, value }) => [name, value]))) }],
  ])('may come whole from %s', (_, given) => {
    expect(readConfig({ ...nothing, ...given })).toEqual(full)
  })

  test('prefers option to environment to file to default', () => {
    const file = configFile({ port: 1, host: 'file', journal_entries: 1 })
    const env = { BACKSTOCK_PORT: '2', BACKSTOCK_HOST: 'env' }
    const config = readConfig({ options: { port: ['3'] }, env, file })
    expect(config).toMatchObject({ port: 3, host: 'env', journal: { entries: 1, bytes: 67_108_864 } })
  })

  test('prefers them for each setting by itself', () => {
    const file = configFile({ settings: { auth: 'enforce', contract: 'off', partial_code: 1 } })
    const env = { BACKSTOCK_SETTING: 'contract=report, latest_by=timestamp\nreply_layout=2013-12' }
    const options = { settings: ['contract=enforce', 'latest_by=arrival'] }
    expect(readConfig({ options, env, file }).settings).toEqual({
      auth: 'enforce',
      contract: 'enforce',
      partial_code: '1',
      latest_by: 'arrival',
      reply_layout: '2013-12',
    })
  })

  test('puts the levels of a higher source behind those of a lower one, for the last counts', () => {
    const file = configFile({ levels: { 'joor.date.real': 'error', 'joor.*': 'off' } })
    const options = { levels: ['joor.date.*=warn', 'joor.date.real=off'] }
    expect(Object.entries(readConfig({ options, env: {}, file }).levels ?? {})).toEqual([
      ['joor.*', 'off'],
      ['joor.date.*', 'warn'],
      ['joor.date.real', 'off'],
    ])
  })

  test('takes the last of an option that is given twice', () => {
    expect(readConfig({ ...nothing, options: { port: ['1', '2'] } }).port).toBe(2)
  })

  test('takes an empty variable and a file without a line for nothing', () => {
    expect(readConfig({ ...nothing, env: { BACKSTOCK_PORT: '', PATH: '/bin' }, file: configFile(null) }).port).toBe(
      4350,
    )
  })

  test('reads the paths of a config file relative to that file, and others as they are', () => {
    const file = configFile({ seed: 'seeds/a.yaml', data: '../data.json' })
    expect(readConfig({ ...nothing, file })).toMatchObject({ seed: '/etc/seeds/a.yaml', data: '/data.json' })
    expect(readConfig({ ...nothing, file, options: { seed: ['b.yaml'] } }).seed).toBe('b.yaml')
  })

  test.each([
    [
      'a port that is too high',
      { options: { port: ['65536'] } },
      '--port: must be an integer from 0 to 65535, not "65536"',
    ],
    [
      'a port that is no number',
      { env: { BACKSTOCK_PORT: '4e3' } },
      'BACKSTOCK_PORT: must be an integer from 0 to 65535, not "4e3"',
    ],
    [
      'a port in quotes',
      { file: configFile({ port: '1' }) },
      '/etc/backstock.config.yaml:3:5: port: must be an integer from 0 to 65535, not "1"',
    ],
    [
      'the level of a rule that is none',
      { file: configFile({ levels: { 'joor.date.reel': 'off' } }) },
      '/etc/backstock.config.yaml:3:5: levels["joor.date.reel"]: no rule is called "joor.date.reel"; did you mean "joor.date.real"?',
    ],
    [
      'a level that is none',
      { options: { levels: ['joor.date.*=warning'] } },
      '--level: joor.date.* must be error, warn or off, not "warning"',
    ],
    ['no host', { options: { host: [''] } }, '--host: must be text that is not empty, not ""'],
    [
      'an allowed host with a port',
      { options: { allowed_hosts: ['a.test,b.test:80'] } },
      '--allowed-host: must be a name without scheme and port, such as stock.test, or *.stock.test for all below it, not "b.test:80"',
    ],
    [
      'an allowed host that is none, in the file',
      { file: configFile({ allowed_hosts: ['a.test', '*'] }) },
      '/etc/backstock.config.yaml:3:5: allowed_hosts[1]: must be a name without scheme and port, such as stock.test, or *.stock.test for all below it, not "*"',
    ],
    [
      'allowed hosts that are no list',
      { file: configFile({ allowed_hosts: 'a.test' }) },
      '/etc/backstock.config.yaml:3:5: allowed_hosts: must be a list of names, not "a.test"',
    ],
    ...['se cret', 'sécret', 'secret\n', ''].map((token): [string, Partial<Given>, string] => [
      `the control token ${JSON.stringify(token)}, without showing it`,
      { options: { control_token: [token] } },
      '--control-token: must be one or more visible ASCII characters without blanks (what was given is not shown)',
    ]),
    [
      'a control token that is a number in the file, without showing it',
      { file: configFile({ control_token: 4711 }) },
      '/etc/backstock.config.yaml:3:5: control_token: must be one or more visible ASCII characters without blanks (what was given is not shown)',
    ],
    [
      'a journal of nothing',
      { options: { journal_entries: ['0'] } },
      '--journal-entries: must be an integer from 1 on, not "0"',
    ],
    ['another truth', { env: { BACKSTOCK_RECOVER: 'yes' } }, 'BACKSTOCK_RECOVER: must be true or false, not "yes"'],
    ['another format', { options: { log_format: ['yaml'] } }, '--log-format: must be text or json, not "yaml"'],
    [
      'a value that a higher source overrules',
      { options: { port: ['0'] }, env: { BACKSTOCK_PORT: 'x' } },
      'BACKSTOCK_PORT: must be an integer from 0 to 65535, not "x"',
    ],
    [
      'a setting without a value',
      { options: { settings: ['contract'] } },
      '--setting: must be name=value, not "contract"',
    ],
    [
      'an unknown setting',
      { env: { BACKSTOCK_SETTING: 'contrct=off' } },
      'BACKSTOCK_SETTING: unknown setting "contrct"; did you mean "contract"? known: contract, auth, overwrite_scope, pending_floor, missing_warehouse, made_to_order_clears, partial_code, rate_limit, inventory_schema, latest_by, reply_layout',
    ],
    [
      'an unknown value',
      { options: { settings: ['contract=enforced'] } },
      '--setting: contract must be report, enforce or off, not "enforced"; did you mean "enforce"?',
    ],
    [
      'a conduct of no form',
      { options: { conduct: ['single_calls=20'] } },
      '--conduct: single_calls must be COUNT/SECONDS such as 20/60, not "20"',
    ],
    [
      'an unknown conduct',
      { env: { BACKSTOCK_CONDUCT: 'single_call=20/60' } },
      expect.stringContaining('BACKSTOCK_CONDUCT: unknown conduct "single_call"; did you mean "single_calls"?'),
    ],
    [
      'a conduct in the file of no window',
      { file: configFile({ conduct: { same_level: '3/0' } }) },
      '/etc/backstock.config.yaml:3:5: conduct.same_level: same_level must be COUNT/SECONDS such as 20/60, not "3/0"',
    ],
    [
      'a rate limit of no form',
      { options: { settings: ['rate_limit=60/0'] } },
      '--setting: rate_limit must be report, enforce, off or CREDITS/SECONDS, not "60/0"',
    ],
    [
      'a setting that only JavaScript knows',
      { options: { settings: ['constructor=1'] } },
      expect.stringContaining('unknown setting "constructor"'),
    ],
    [
      'settings that are no mapping',
      { file: configFile({ settings: 'auth=open' }) },
      '/etc/backstock.config.yaml:3:5: settings: must be an object of names and values, not "auth=open"',
    ],
    [
      'an unknown setting in the file',
      { file: configFile({ settings: { auht: 'open' } }) },
      expect.stringMatching(
        /^\/etc\/backstock\.config\.yaml:3:5: settings\.auht: unknown setting "auht"; did you mean "auth"\?/,
      ),
    ],
    [
      'an unknown option in the file',
      { file: configFile({ prot: 1 }) },
      expect.stringMatching(
        /^\/etc\/backstock\.config\.yaml:3:5: prot: unknown option; did you mean "port"\? known: port, host, /,
      ),
    ],
    [
      'an option in the spelling of the command line',
      { file: configFile({ 'log-format': 'json' }) },
      expect.stringContaining('did you mean "log_format"?'),
    ],
    [
      'a config file in a config file',
      { file: configFile({ config: 'a.yaml' }) },
      expect.stringContaining('config: unknown option'),
    ],
    [
      'a setting outside of settings',
      { file: configFile({ contract: 'off' }) },
      '/etc/backstock.config.yaml:3:5: contract: is a setting; put it under "settings"',
    ],
    ['a file that is a list', { file: configFile([]) }, '/etc/backstock.config.yaml:3:5: must be an object of options'],
    [
      'a misspelt variable',
      { env: { BACKSTOCK_PROT: '1' } },
      'BACKSTOCK_PROT: unknown variable; did you mean BACKSTOCK_PORT?',
    ],
    [
      'an unknown variable',
      { env: { BACKSTOCK_COLOUR: '1' } },
      expect.stringMatching(/^BACKSTOCK_COLOUR: unknown variable; known: BACKSTOCK_PORT, /),
    ],
    [
      'a setting as a variable',
      { env: { BACKSTOCK_CONTRACT: 'off' } },
      'BACKSTOCK_CONTRACT: is a setting; write BACKSTOCK_SETTING=contract=…',
    ],
  ])('is refused for %s', (_, given, message) => {
    expect(refusal(given)).toEqual(message)
  })

  test('leaves alone the variables of others', () => {
    const env = { BACKSTOCK_URL: 'http://127.0.0.1:1', BACKSTOCK_TOKEN: 't', BACKSTOC: 'x' }
    expect(() => readConfig({ ...nothing, env })).not.toThrow()
  })

  test('tells how to talk before it is known to be right', () => {
    expect(readLogFormat({ options: { log_format: ['json'], port: ['x'] }, env: {} })).toBe('json')
    expect(readLogFormat({ options: { log_format: ['xml'] }, env: {} })).toBe('text')
  })
})

describe('the table of options', () => {
  test('gives each option one name in three spellings', () => {
    for (const { name, flag, env } of startOptions) {
      const singular = name.replace(/^(setting|level|limit|(?:allowed|intercept|allow)_host)s$/, '$1')
      expect(flag.replace(/ .*/, '')).toBe(`--${singular.replaceAll('_', '-')}`)
      expect(env).toBe(`BACKSTOCK_${singular.toUpperCase()}`)
    }
  })

  const require = createRequire(import.meta.url)
  const schema = require('#schemas/config.json')

  test('has the names of the schema of the config file', () => {
    const names = startOptions.map(({ name }) => name).filter((name) => name !== 'config')
    expect(Object.keys(schema.properties).filter((name) => name !== '$schema')).toEqual(names)
  })

  const accepts = new Ajv({ allowUnionTypes: true }).compile(schema)
  const candidates = [
    null,
    true,
    false,
    '',
    'x',
    'text',
    'json',
    '1',
    0,
    1,
    -1,
    0.5,
    65_535,
    65_536,
    2 ** 53,
    [],
    {},
    { auth: 'open' },
    { auth: 'x' },
    { partial_code: 1 },
    { partial_code: 2 },
    { contrct: 'off' },
    { single_calls: '20/60' },
    { single_calls: '0/60' },
    { single_calls: '10000/60' },
    { single_calls: 20 },
    { single_call: '20/60' },
  ]

  test.each(startOptions.map(({ name }) => name))('takes for %s what the schema takes', (name) => {
    for (const value of candidates) {
      // A schema is of use in a database only.
      const beside = name === 'database_schema' ? { database: 'postgres://host/name' } : {}
      const document = { ...beside, [name]: value }
      const taken = () => readConfig({ ...nothing, file: configFile(document) })
      if (accepts(document)) expect(taken, JSON.stringify(document)).not.toThrow()
      else expect(taken, JSON.stringify(document)).toThrow(ConfigError)
    }
  })

  test.each([[null], [{}], [[]], ['x'], [{ $schema: 'config.json' }], [{ prot: 1 }]])(
    'judges %j as the schema does',
    (document) => {
      const taken = () => readConfig({ ...nothing, file: configFile(document) })
      if (accepts(document)) expect(taken).not.toThrow()
      else expect(taken).toThrow(ConfigError)
    },
  )
})

describe('the config file', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstock-config-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('need not be there', async () => {
    expect(await readConfigFile(folder, undefined)).toBeUndefined()
  })

  test.each(['backstock.config.yaml', 'backstock.config.yml', 'backstock.config.json'])('may be %s', async (name) => {
    await writeFile(join(folder, name), '{"port": 1}')
    expect(await readConfigFile(folder, undefined)).toMatchObject({ path: join(folder, name), value: { port: 1 } })
  })

  test('may be named, by option or environment, and then no other is looked for', async () => {
    await writeFile(join(folder, 'backstock.config.yaml'), 'port: 1')
    await writeFile(join(folder, 'mine.json'), '{"port": 2}')
    const env = { BACKSTOCK_CONFIG: 'theirs.json' }
    expect(readConfigPath({ options: {}, env })).toBe('theirs.json')
    expect(readConfigPath({ options: { config: ['mine.json'] }, env })).toBe('mine.json')
    expect(await readConfigFile(folder, 'mine.json')).toMatchObject({ value: { port: 2 } })
  })

  test('is refused with line and column of what is wrong', async () => {
    await writeFile(join(folder, 'backstock.config.yaml'), 'port: 1\nsettings:\n  contract: enforced\n')
    const file = await readConfigFile(folder, undefined)
    expect(refusal({ file })).toBe(
      `${join(folder, 'backstock.config.yaml')}:3:13: settings.contract: contract must be report, enforce or off, not "enforced"; did you mean "enforce"?`,
    )
  })

  test.each([
    ['it is not there', {}, 'missing.yaml', /cannot read .*missing\.yaml: there is no such file$/],
    ['it is not YAML', { 'a.yaml': 'a: [' }, 'a.yaml', /a\.yaml:1:5: /],
    [
      'two lie in the folder',
      { 'backstock.config.yaml': '', 'backstock.config.json': '' },
      undefined,
      /backstock\.config\.yaml: .*backstock\.config\.json lies beside it; keep one, or name one with --config$/,
    ],
  ])('is refused when %s', async (_, files, named, message) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    const reading = readConfigFile(folder, named)
    await expect(reading).rejects.toThrow(message)
    await expect(reading).rejects.toBeInstanceOf(ConfigError)
  })
})
