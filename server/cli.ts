#!/usr/bin/env node
import { useCompiled } from './compile-cache.js'

// What is imported is compiled first, so the rest comes behind it.
useCompiled()
await import('./process.js')
