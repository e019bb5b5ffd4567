import { describe, expect, it } from 'vitest'
import { parseRuns } from '../../data/exactIntegers'
import { csvOfTable, type Cell } from '../files'
import { compare, type ComparedRow, type ComparedRun, deltaOf, flatten, linesOf, sectionsOf } from './prepare'

const run = (id: string, config: Record<string, unknown>, more: Partial<ComparedRun> = {}): ComparedRun => ({
  id,
  name: id,
  ordinal: 1,
  state: 'finished',
  config,
  ...more,
})

describe('comparing runs', () => {
  it('flattens records, not lists', () => {
    expect([...flatten({ a: { b: 1, c: { d: 'x' } }, e: [1, { f: 2 }], g: null, h: {} })]).toEqual([
      ['a.b', 1],
      ['a.c.d', 'x'],
      ['e', '[1,{"f":2}]'],
      ['g', 'null'],
      ['h', '{}'],
    ])
  })

  it('sorts an environment into its sections', () => {
    const found = sectionsOf(
      run(
        'a',
        {},
        {
          environment: { packages: { numpy: '2' }, git: { commit: 'c' }, cpu: { count: 4 }, python: { version: '3' } },
        },
      ),
    )
    expect([...found.packages.keys()]).toEqual(['numpy'])
    expect([...found.git.keys()]).toEqual(['commit'])
    expect([...found.system.keys()]).toEqual(['cpu.count'])
    expect([...found.environment.keys()]).toEqual(['python.version'])
  })

  it('tells two long seeds apart that are one number to JavaScript', () => {
    const texts = ['1234567890123456788', '1234567890123456789'].map(
      seed => `{"id":"${seed}","config":{"seed":${seed}}}`,
    )
    const { runs } = parseRuns(`{"runs":[${texts.join()}]}`)
    const [row] = compare(runs as ComparedRun[], 0)
    expect(row?.values.map(String)).toEqual(['1234567890123456788', '1234567890123456789'])
    expect(row?.isDifferent).toBe(true)
    const same = compare([runs[0], runs[0]] as ComparedRun[], 0)
    expect(same[0]?.isDifferent).toBe(false)
    expect(csvOfTable({ columns: [{ name: 'a' }], rows: [row?.values as Cell[]] })).toContain('1234567890123456788,')
  })

  it('says how far results are apart, with every digit of long whole ones', () => {
    const texts = ['1234567890123456788', '1234567890123457890', '3', '0.5', '"x"', '-1234567890123456789'].map(
      (n, i) => `{"id":"r${i}","config":{},"summary":{"n":${n}}}`,
    )
    const { runs } = parseRuns(`{"runs":[${texts.join()}]}`)
    const [row] = compare(runs as ComparedRun[], 0) as [ComparedRow]
    const deltas = runs.map((_, at) => deltaOf(row, at, 0)?.replaceAll('\u2009', ' ') ?? null)
    expect(deltas).toEqual([
      null,
      '+1 102',
      '−1 234 567 890 123 456 785',
      '−1.235e18',
      null,
      '−2 469 135 780 246 913 577',
    ])
  })

  it('tells a missing value from another one, and a text from a number', () => {
    const rows = compare(
      [run('a', { x: 1, y: 'a' }), run('b', { x: '1' }), run('c', { x: 1, y: 'a', z: Number.NaN })],
      0,
    )
    expect(rows.map(({ key, values, isDifferent }) => [key, values, isDifferent])).toEqual([
      ['x', [1, '1', 1], true],
      ['y', ['a', undefined, 'a'], true],
      ['z', [undefined, undefined, Number.NaN], true],
    ])
    const same = compare([run('a', { z: Number.NaN }), run('b', { z: Number.NaN })], 0)
    expect(same[0]?.isDifferent).toBe(false)
  })

  it('shows differences only, and finds keys and values', () => {
    const rows = compare([run('a', { lr: 0.1, name: 'adam' }), run('b', { lr: 0.2, name: 'adam' })], 1)
    const shown = (isDiffOnly: boolean, search: string): string[] =>
      linesOf(rows, { sections: ['config', 'summary'], isDiffOnly, search }).map(line =>
        line.kind === 'row' ? line.row.key : `# ${line.section} ${line.rowCount} ${line.differentCount}`,
      )
    expect(shown(true, '')).toEqual(['# config 2 1', 'lr'])
    expect(shown(false, 'ADAM')).toEqual(['# config 2 1', 'name'])
    expect(shown(true, 'adam')).toEqual(['# config 2 1'])
  })
})
