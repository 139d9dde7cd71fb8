import { Router } from 'express'
import type { ControlParts } from './parts.js'
export function stateCheck(_parts: ControlParts): Router {
  return Router()
}
