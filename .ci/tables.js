import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { printTables } from '../build/server/rule-tables.js'

// `npm run tables`: prints the tables of rules, faults and limits into the README and the pages in docs/.
const pages = readdirSync('docs').filter((name) => name.endsWith('.md'))
for (const path of ['README.md', ...pages.map((name) => `docs/${name}`)])
  writeFileSync(path, printTables(readFileSync(path, 'utf8')))
