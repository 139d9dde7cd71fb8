import type { Socket } from 'node:net'
import type { Whose } from './hosts.js'

/** What a connection is that a CONNECT has opened. */
export interface Tunnel {
  /** Undefined in a tunnel to the emulator's own address, in which it is as if the client had connected there. */
  readonly for: { readonly host: string; readonly whose: Whose } | undefined
}

const tunnels = new WeakMap<Socket, Tunnel>()

export const tunnelOf = (socket: Socket): Tunnel | undefined => tunnels.get(socket)
export const markTunnel = (socket: Socket, tunnel: Tunnel): void => void tunnels.set(socket, tunnel)
