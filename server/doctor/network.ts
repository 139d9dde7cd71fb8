import { defaultPort } from '../options.js'
import { printable } from '../printable.js'
import { type Finding, failure, ok, warning } from './finding.js'
import type { Machine } from './machine.js'

const loopbacks = [
  ['loopback_ipv4', '127.0.0.1'],
  ['loopback_ipv6', '::1'],
] as const

/** Whether both loopbacks are there; without IPv6 the emulator does. */
export async function checkLoopbacks({ tryPort }: Machine): Promise<readonly Finding[]> {
  return Promise.all(
    loopbacks.map(async ([check, address]) => {
      const code = await tryPort(address, 0)
      if (code === undefined) return ok(check, `${address} can be listened on`)
      const found = `${address} cannot be listened on: ${code}`
      return address === '::1'
        ? warning(check, found, 'Clients that try ::1 first for "localhost" may wait: let them call 127.0.0.1.')
        : failure(check, found, 'Bring the loopback device up, or name another address by --host.')
    }),
  )
}

/** Whether the port that a start would take is free, and by whom it is taken. */
export async function checkPort(
  port: number,
  host: string | undefined,
  { tryPort, holderOf }: Machine,
  whoAnswers: (port: number) => Promise<string | undefined>,
): Promise<Finding> {
  const check = 'port'
  if (port === 0) return ok(check, 'a free one is taken')
  for (const address of host === undefined ? ['127.0.0.1', '::1'] : [host]) {
    const code = await tryPort(address, port)
    if (code === undefined || (address === '::1' && ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(code))) continue
    if (code !== 'EADDRINUSE')
      return failure(
        check,
        `${address}, port ${port}: ${code}`,
        'Choose a port from 1024 on by --port, and an address of this machine by --host.',
      )
    const other = `choose another by --port, such as ${port === defaultPort ? port + 1 : defaultPort} or 0 for a free one`
    const version = await whoAnswers(port)
    if (version !== undefined)
      return warning(
        check,
        `${port} is that of a Backstock ${printable(version)} which runs`,
        `Use that one, or ${other}.`,
      )
    const holder = await holderOf(port)
    return failure(check, `${port} is taken by ${holder ?? 'somebody who cannot be told'}`, `Stop that, or ${other}.`)
  }
  return ok(check, `${port} is free`)
}

const patience = 1_000

/** The version of the Backstock that answers on a port of this machine; undefined where none does. */
export async function versionOn(port: number): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(patience)
    const reply = await fetch(`http://127.0.0.1:${port}/_backstock/version`, { signal, redirect: 'manual' })
    const told: unknown = await reply.json()
    return typeof told === 'object' && told !== null && 'version' in told ? String(told.version) : undefined
  } catch {
    return undefined
  }
}
