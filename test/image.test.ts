import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import {
  DockerfileParser,
  type Env,
  type From,
  type Healthcheck,
  type JSONInstruction,
  type ModifiableInstruction,
} from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readConfig, startOptions } from '../server/config/config.js'
import { startEmulator } from '../server/emulator.js'

const text = readFileSync('Dockerfile', 'utf8')
const instructions = DockerfileParser.parse(text).getInstructions()
// Each class of the parser is that of its keyword.
const all = <Instruction>(keyword: string) =>
  instructions.filter((each) => each.getKeyword() === keyword) as unknown as readonly Instruction[]
const lastFrom = instructions.map((each) => each.getKeyword()).lastIndexOf('FROM')
const final = instructions.slice(lastFrom)
const names = readFileSync('.dockerignore', 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

interface Service {
  readonly image: string
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly profiles?: readonly string[]
}
const compose: {
  readonly services: Readonly<Record<string, Service>>
  readonly configs: Readonly<Record<string, { readonly content: string }>>
  readonly volumes: Readonly<Record<string, null>>
} = parse(readFileSync('compose.yaml', 'utf8'))

describe('the Dockerfile', () => {
  it('is one to its linter, which finds what is wrong', () => {
    const found = (dockerfile: string) => validate(dockerfile).map(({ message }) => message)
    expect(found(text)).toEqual([])
    expect(found(`${text}\nENTRYPOINT ["again"]\n`)).not.toEqual([])
    expect(found(text.replace('COPY . .', 'COPPY . .'))).not.toEqual([])
  })

  it('names its base by the whole version', () => {
    const bases = all<From>('FROM').map((from) => from.getImage() ?? '')
    expect(bases.at(-1)).toBe('scratch')
    for (const base of bases.slice(0, -1))
      expect(base).toMatch(/^node:24\.\d+\.\d+-bookworm-slim(?:@sha256:[0-9a-f]{64})?$/)
  })

  it('runs nothing in the last stage, for there is nothing to run it', () => {
    expect(final.map((each) => each.getKeyword())).not.toContain('RUN')
    for (const copy of all<ModifiableInstruction>('COPY').slice(-2)) {
      const flags = copy.getFlags().map((flag) => [flag.getName(), flag.getValue()])
      expect(flags[0]).toEqual(['from', 'build'])
    }
    // The form of a list is run as it stands, any other by a shell.
    for (const line of text.split('\n').filter((each) => /^(?:ENTRYPOINT|CMD)|^HEALTHCHECK/.test(each)))
      expect(line).toMatch(/^(?:ENTRYPOINT|CMD|HEALTHCHECK .*CMD) \[".*"\]$/)
  })

  it('runs as a user by number, who is not root, and asks backstock for its health', () => {
    expect(all<From>('USER').map((user) => user.getArgumentsContent())).toEqual(['65532:65532'])
    expect(
      all<JSONInstruction>('ENTRYPOINT')[0]
        ?.getJSONStrings()
        .map((each) => each.getJSONValue()),
    ).toEqual(['backstock'])
    expect(all<Healthcheck>('HEALTHCHECK')[0]?.getRawArgumentsContent()).toMatch(/CMD \["backstock", "health"\]$/)
  })

  it('sets variables that the emulator knows', () => {
    const set = all<Env>('ENV').flatMap((env) => env.getProperties().map((property) => property.getName()))
    const known = startOptions.map(({ env }) => env)
    expect(set.filter((name) => name.startsWith('BACKSTOCK_'))).toEqual([
      'BACKSTOCK_HOST',
      'BACKSTOCK_ALLOWED_HOST',
      'BACKSTOCK_SEED',
      'BACKSTOCK_DATA',
    ])
    for (const name of set) if (name !== 'PATH') expect(known).toContain(name)
  })

  it('is built of what is named, and of nothing else', () => {
    const [first, ...taken] = names
    expect(first).toBe('*')
    for (const name of taken) expect(name).toMatch(/^![\w.-]+$/)
    const paths = taken.map((line) => line.slice(1))
    for (const path of paths) expect(existsSync(path), path).toBe(true)
    const { files }: { files: readonly string[] } = JSON.parse(readFileSync('package.json', 'utf8'))
    for (const file of files.filter((name) => !name.startsWith('dist/'))) expect(paths).toContain(file.split('/')[0])
    for (const secret of ['.env', '.git', 'node_modules']) expect(paths).not.toContain(secret)
  })
})

describe('compose.yaml', () => {
  const { backstock, connector } = compose.services

  it('starts what depends on the emulator when that is healthy, and names it by its service', () => {
    expect(connector?.depends_on).toEqual({ backstock: { condition: 'service_healthy' } })
    for (const name of ['JOOR_BASE_URL', 'JIRAFE_BASE_URL'])
      expect(connector?.environment?.[name]).toBe('http://backstock:4350')
    expect(connector?.image).toBe(backstock?.image)
  })

  it('opens the port to this machine only, and mounts folders that are there', () => {
    expect(backstock?.ports).toEqual(['127.0.0.1:4350:4350'])
    for (const volume of backstock?.volumes ?? []) {
      const [from = '', to = ''] = volume.split(':')
      expect(from.startsWith('./') ? existsSync(from) : from in compose.volumes, from).toBe(true)
      expect(['/seed', '/data']).toContain(to)
    }
  })

  it('has two replicas on one database, without the data file of the image, and a balancer that asks both', () => {
    const { database, 'replica-1': one, 'replica-2': other, balancer } = compose.services
    expect(other).toEqual(one)
    const { POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: name } = database?.environment ?? {}
    expect(one?.environment).toEqual({
      BACKSTOCK_DATABASE: `postgres://${user}:${password}@database:5432/${name}`,
      BACKSTOCK_DATA: '',
    })
    // The image has a data file.
    const env: Record<string, string> = { BACKSTOCK_DATA: '/data/backstock.json', ...one?.environment }
    expect(readConfig({ options: {}, env }).database).toBe(one?.environment?.BACKSTOCK_DATABASE)
    expect(balancer?.ports).toEqual(['127.0.0.1:4360:80'])
    expect(compose.configs.balancer?.content).toContain('server replica-1:4350; server replica-2:4350;')
    // What is there for replicas alone starts with their profile only.
    for (const [service, { profiles }] of Object.entries(compose.services))
      expect(profiles, service).toEqual(['backstock', 'connector'].includes(service) ? undefined : ['replicas'])
  })

  it('has in the place of a connector a program that runs', async () => {
    const seed = backstock?.volumes?.find((volume) => volume.includes(':/seed'))?.split(':')[0]
    const emulator = await startEmulator({ port: 0, ...(seed !== undefined && { seed }) })
    try {
      const [, ...words] = [...(connector?.entrypoint ?? []), ...(connector?.command ?? [])]
      // $$ is how a compose file writes $.
      const given = words.map((word) => word.replaceAll('$$', '$'))
      const { stdout } = await promisify(execFile)(process.execPath, given, {
        env: { ...process.env, JOOR_BASE_URL: emulator.url },
      })
      expect(stdout).toBe('200 0\n')
      expect(await emulator.reset()).toEqual({ accounts: 1, sites: 1 })
    } finally {
      await emulator.close()
    }
  })
})
