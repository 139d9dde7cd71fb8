import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { DockerfileParser } from 'dockerfile-ast'

// What an engine does with a Dockerfile, as far as ours goes: each stage is a folder, RUN is chroot. Whatever this does not
// know ends it, so that nothing of the file is passed over.

/** Carries out the Dockerfile of this folder upon a base; the last stage: its folder, and how it is started. */
export function buildImage(base, place) {
  const stages = new Map()
  let stage
  for (const instruction of DockerfileParser.parse(readFileSync('Dockerfile', 'utf8')).getInstructions()) {
    const keyword = instruction.getKeyword()
    console.error(`Dockerfile:${instruction.getRange().start.line + 1}: ${keyword} ${textOf(instruction)}`)
    if (keyword === 'FROM') stage = begin(instruction, base, place, stages)
    else known(keyword)(stage, instruction, stages)
  }
  return stage
}

const steps = {
  RUN: (stage, instruction) => run(stage, textOf(instruction)),
  COPY: copy,
  ENV: (stage, instruction) => {
    for (const property of instruction.getProperties()) stage.env[property.getName()] = property.getValue()
  },
  WORKDIR: (stage, instruction) => {
    stage.folder = textOf(instruction)
    mkdirSync(join(stage.root, stage.folder), { recursive: true })
  },
  VOLUME: (stage, instruction) => stage.volumes.push(textOf(instruction)),
  EXPOSE: (stage, instruction) => stage.ports.push(textOf(instruction)),
  USER: (stage, instruction) => {
    stage.user = textOf(instruction)
  },
  HEALTHCHECK: (stage, instruction) => {
    stage.health = JSON.parse(textOf(instruction).replace(/^.*?CMD /s, ''))
  },
  ENTRYPOINT: (stage, instruction) => {
    stage.entrypoint = JSON.parse(textOf(instruction))
  },
}

function known(keyword) {
  if (Object.hasOwn(steps, keyword)) return steps[keyword]
  throw new Error(`The Dockerfile has ${keyword}, which .ci/stages.js cannot carry out. Teach it.`)
}

const textOf = (instruction) => instruction.getArgumentsContent() ?? ''

function begin(instruction, base, place, stages) {
  const image = instruction.getImage()
  const name = instruction.getBuildStage() ?? 'image'
  const root = join(place, name)
  if (image === 'scratch') mkdirSync(root)
  else execFileSync('cp', ['-a', base, root])
  const stage = { root, env: {}, folder: '/', user: '0:0', volumes: [], ports: [] }
  stages.set(name, stage)
  return stage
}

function run({ root, env, folder }, command) {
  // What an engine gives: a path, a home and the machine's trust. The registry is the one that npm here goes by.
  const given = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
    ...env,
  }
  execFileSync(
    'unshare',
    [
      '--mount',
      'sh',
      '-c',
      `mount -t proc proc "$1/proc"; mount --bind /dev "$1/dev"; exec chroot "$1" /bin/sh -c 'cd "$1" && eval "$2"' sh "$2" "$3"`,
      'sh',
      root,
      folder,
      command,
    ],
    { env: { ...given, PATH: given.PATH }, stdio: ['ignore', 'inherit', 'inherit'] },
  )
}

function copy(stage, instruction, stages) {
  const flags = new Map(instruction.getFlags().map((flag) => [flag.getName(), flag.getValue()]))
  const paths = textOf(instruction).split(/\s+/)
  const target = resolve(stage.root, `.${resolve(stage.folder, paths.pop())}`)
  mkdirSync(target, { recursive: true })
  for (const flag of flags.keys())
    if (!['from', 'chown'].includes(flag))
      throw new Error(`COPY --${flag} is not carried out by .ci/stages.js. Teach it.`)
  const from = flags.get('from')
  for (const path of paths) {
    if (from === undefined) copyContext(path, target)
    else copyContent(join(stages.get(from).root, path), target, flags.get('chown'))
  }
}

/** Of this folder, what .dockerignore leaves. */
function copyContext(path, target) {
  const names = contextNames()
  const meant = path === '.' ? names : names.filter((name) => name === path)
  if (meant.length === 0) throw new Error(`COPY ${path}: .dockerignore leaves no such file.`)
  for (const name of meant) cpSync(name, join(target, basename(name)), { recursive: true })
}

/** The names of .dockerignore, which takes everything out and these in. */
export function contextNames() {
  const lines = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const [all, ...taken] = lines
  const strange = [...(all === '*' ? [] : [all]), ...taken.filter((line) => !/^![\w.-]+$/.test(line))]
  if (strange.length > 0)
    throw new Error(`.dockerignore has ${strange.join(', ')}. Right is *, then !NAME for what is taken.`)
  return taken.map((line) => line.slice(1))
}

/** The content of a folder, as COPY has it; with an owner, everything in it is theirs. */
function copyContent(from, target, owner) {
  if (!existsSync(from)) throw new Error(`COPY: there is no ${from}.`)
  execFileSync('cp', ['-a', `${from}/.`, target])
  if (owner === undefined) return
  const [user, group] = owner.split(':').map(Number)
  for (const name of readdirSync(from, { recursive: true })) {
    const path = join(target, name)
    const { mode } = statSync(path)
    chownSync(path, user, group)
    chmodSync(path, mode & 0o7777)
  }
}
