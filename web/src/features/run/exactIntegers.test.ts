// @vitest-environment node
import { expect, it } from 'vitest'
import { toYaml } from './yaml'
import { treeRows } from './overview/tree'
import { parseRun, parseRuns } from '../../data/exactIntegers'
import { jsonText } from '../../data/oddNumbers'

const SEED = '1234567890123456789'

it('keeps every digit of a long seed on the page, in YAML and in JSON', () => {
  const run = parseRun(
    `{"config":{"seed":${SEED},"list":[${SEED},1],"lr":0.1,"id":"${SEED}"},"last_step":4611686018427387904}`,
  )
  const all = { words: '', onlyChanged: false, closed: new Set<string>() }
  const rows = treeRows(run.config, run.config, all)
  expect(rows.map(({ path, isBranch, isChanged }) => [path, isBranch, isChanged])).toEqual([
    ['seed', false, false],
    ['list', false, false],
    ['lr', false, false],
    ['id', false, false],
  ])
  expect(JSON.stringify(run.config)).toBe(`{"seed":${SEED},"list":[${SEED},1],"lr":0.1,"id":"${SEED}"}`)
  expect(jsonText({ seed: run.config.seed })).toBe(`{\n  "seed": ${SEED}\n}`)
  expect(toYaml(run.config)).toBe(`seed: ${SEED}\nlist:\n  - ${SEED}\n  - 1\nlr: 0.1\nid: "${SEED}"\n`)
  expect(run).toHaveProperty('last_step', 2 ** 62)
})

it('tells two long seeds apart that are the same number to JavaScript', () => {
  const [one, two] = [SEED, '1234567890123456788'].map(seed => parseRun(`{"config":{"seed":${seed}}}`).config)
  const rows = treeRows(one!, two!, { words: '', onlyChanged: true, closed: new Set() })
  expect(rows).toHaveLength(1)
})

it('keeps the digits of long numbers in a page of runs, beside values that stay numbers', () => {
  const page = parseRuns(
    `{"total":2,"runs":[{"config":{"seed":${SEED}},"values":{"config.seed":${SEED},"config.lr":0.1}},{"values":{}},{}]}`,
  )
  expect(page).toHaveProperty('total', 2)
  expect(JSON.stringify(page.runs[0]!.config)).toBe(`{"seed":${SEED}}`)
  expect(page.runs[0]!.values).toEqual({ 'config.seed': Number(SEED), 'config.lr': 0.1 })
  expect(page.runs.map(run => run.digits)).toEqual([{ 'config.seed': SEED }, undefined, undefined])
})
