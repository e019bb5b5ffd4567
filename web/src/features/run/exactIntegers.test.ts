// @vitest-environment node
import { expect, it } from 'vitest'
import type { WholeRun } from '../../data/run'
import { toYaml } from './yaml'
import { treeRows } from './overview/tree'
import { difference, ExactInteger, parseExactIn, parseRun, parseRuns } from '../../data/exactIntegers'
import { summaryRows } from './model'
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

it('keeps them in a summary too, whose differences are exact', () => {
  const run = (tokens: string) =>
    ({ ...parseRun(`{"summary":{"tokens":${tokens},"loss":0.5}}`), definitions: [] }) as unknown as WholeRun
  const rows = summaryRows(run(SEED), run('1234567890123456788'))
  expect(rows.map(({ key, value, delta }) => [key, String(value), delta])).toEqual([
    ['tokens', SEED, 1],
    ['loss', '0.5', 0],
  ])
  expect(difference(new ExactInteger(SEED), 0.5)).toBe(Number(SEED) - 0.5)
  expect(difference('a', 1)).toBeNaN()
})

it('tells groups of two long seeds apart, and reckons with their numbers', () => {
  const group = (seed: string) => `{"path":[${seed}],"keys":{"config.seed":${seed}},"aggregates":{"n":{"max":${seed}}}}`
  const { groups = [] } = parseRuns(`{"runs":[],"groups":[${group(SEED)},${group('1234567890123456788')}]}`)
  expect(groups.map(({ path }) => JSON.stringify(path))).toEqual([`[${SEED}]`, '[1234567890123456788]'])
  expect(groups[0]).toMatchObject({ aggregates: { n: { max: Number(SEED) } } })
})

it('keeps them in one part of an answer', () => {
  const version = parseExactIn('metadata')(`{"size":${SEED},"metadata":{"seed":${SEED}}}`) as Record<string, unknown>
  expect(JSON.stringify(version.metadata)).toBe(`{"seed":${SEED}}`)
  expect(version.size).toBe(Number(SEED))
})
