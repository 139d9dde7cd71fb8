import { jsonServer } from './json-server.js'
import { mockoon } from './mockoon.js'
import type { Peer } from './peer.js'
import { prism } from './prism.js'
import { wiremocks } from './wiremock.js'

export const peers: readonly Peer[] = [...wiremocks, prism, mockoon, jsonServer]
