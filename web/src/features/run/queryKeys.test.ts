import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** Runs of two projects may have the same id: an answer is kept by all of the run's path. */
it('what is kept of a run is kept by its project too', () => {
  const names = readdirSync(import.meta.dirname, { recursive: true }).map(String)
  const sources = names
    .filter(name => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .map(name => readFileSync(join(import.meta.dirname, name), 'utf8'))
  const keys = [...sources.join('\n').matchAll(/(?:queryKey:|Key = useMemo\(\(\) =>) (\[.*\])/g)].map(
    ([, key = '']) => key,
  )
  expect(keys.length).toBeGreaterThan(10)
  expect(keys.filter(key => key.includes('session.run') && !key.includes('session.project'))).toEqual([])
})
