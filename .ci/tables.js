import { readFileSync, writeFileSync } from 'node:fs'
import { printTables } from '../build/server/rule-tables.js'

// `npm run tables`: prints the rule book's tables into the README.
writeFileSync('README.md', printTables(readFileSync('README.md', 'utf8')))
