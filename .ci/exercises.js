import { writeFileSync } from 'node:fs'
import { exampleSite, isCovered } from '../build/server/coverage/exercises.js'
import { startEmulator } from '../build/server/emulator.js'
import { allRules } from '../build/server/rule-list.js'
import { defaultVariables, readCases, shippedCases } from '../build/server/verify/cases.js'
import { Gathering, writeExercises } from '../build/server/verify/exercises.js'

// `npm run exercises`: runs the contract cases and writes down which rules their calls come to.
const cases = await readCases(shippedCases, { ...defaultVariables, site: exampleSite })
const covered = new Set(allRules.filter(isCovered).map(({ id }) => id))
const gathering = new Gathering(cases, exampleSite, startEmulator, (rule) => covered.has(rule))
writeFileSync('contracts/exercises.json', writeExercises(await gathering.gather()))
