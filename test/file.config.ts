import { defineConfig } from 'vitest/config'
import { mostWorkers, onEveryStore, projectOn } from './storages.js'

// Each emulator keeps its state in a data file of its own.
const { test } = projectOn('file', onEveryStore)

export default defineConfig({ test: { ...test, maxWorkers: mostWorkers } })
