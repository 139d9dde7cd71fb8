import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figure } from './figures.js'
import type { Row } from './rows/row.js'
import { Setup, type SetupOptions } from './setup.js'

/** Measures rows one after the other, each with an empty folder. */
export async function measureRows(
  rows: readonly Row[],
  options: (folder: string) => SetupOptions,
): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const row of rows) {
    const began = performance.now()
    const folder = mkdtempSync(join(tmpdir(), 'backstock-bench-'))
    try {
      figures.push(...(await row.measure(new Setup(options(folder)))))
      console.error(`${row.name}: measured in ${((performance.now() - began) / 1_000).toFixed(1)} s`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  return figures
}
