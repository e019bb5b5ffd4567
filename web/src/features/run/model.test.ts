import { describe, expect, it } from 'vitest'
import type { WholeRun } from '../../data/run'
import { firstMetrics, goalMetric, goalOf, lookOf, parseRunView, progressOf, summaryRows } from './model'

const run = (fields: Partial<WholeRun>): WholeRun =>
  ({
    id: 'r1',
    name: 'one',
    ordinal: 1,
    state: 'running',
    started_at: 100,
    duration_s: 50,
    progress_step: 0,
    progress_total: 0,
    config: {},
    summary: {},
    environment: {},
    definitions: [],
    ...fields,
  }) as WholeRun
const goal = (name: string, goal: string) => ({ name, step_metric: '', hidden: false, goal, unit: '' })

describe('the view in the address', () => {
  it('keeps what makes sense and drops the rest', () => {
    expect(
      parseRunView({ tab: 'logs', q: 'a|b', level: ['error', 'loud'], label: ['r0', 3], line: '12', wrap: true, x: 1 }),
    ).toEqual({
      tab: 'logs',
      q: 'a|b',
      level: ['error'],
      label: ['r0', '3'],
      line: 12,
      wrap: true,
    })
    expect(parseRunView({ tab: 'overview', line: -1, show: 'other', wrap: 'yes' })).toEqual({})
    expect(parseRunView({ tab: 'nonsense' })).toEqual({})
  })

  it('looks for regular expressions without case unless told otherwise', () => {
    expect(lookOf({ q: 'x' })).toMatchObject({ pattern: 'x', isRegex: true, ignoreCase: true, onlyMatches: false })
    expect(lookOf({ q: 'x', plain: true, match: true })).toMatchObject({ isRegex: false, ignoreCase: false })
  })
})

describe('the summary', () => {
  it('colours a delta by the goal of its metric, and one without goal not at all', () => {
    const own = run({
      summary: { loss: 0.2, acc: 0.9, speed: 5, name: 'x' },
      definitions: [goal('loss', 'minimize'), goal('ac*', 'maximize')],
    })
    const base = run({ summary: { loss: 0.3, acc: 0.95, speed: 4 } })
    expect(summaryRows(own, base).map(row => [row.key, row.sense])).toEqual([
      ['loss', 'better'],
      ['acc', 'worse'],
      ['speed', 'none'],
      ['name', 'none'],
    ])
  })

  it('gives several rules of one metric a row each', () => {
    const rows = summaryRows(run({ summary: { loss: { min: 1, last: 2 } } }), run({ summary: { loss: { min: 3 } } }))
    expect(rows.map(row => [row.rule, row.delta])).toEqual([
      ['min', -2],
      ['last', null],
    ])
  })

  it('draws the metric with a goal first, then losses', () => {
    const own = run({ summary: { lr: 1, loss: 2, score: 3, note: 'x' }, definitions: [goal('score', 'maximize')] })
    expect(goalMetric(own)).toEqual({ key: 'score', goal: 'maximize' })
    expect(firstMetrics(own, 2)).toEqual(['score', 'loss'])
  })

  it('knows goals and what is hidden from patterns, the longest first', () => {
    const own = run({
      summary: { 'val/acc': 1, 'val/raw/loss': 2, 'val/raw/speed': 4, epoch: 3 },
      definitions: [goal('val/*', 'maximize'), { ...goal('val/raw/*', 'minimize'), hidden: true }],
    })
    expect(goalMetric(own)).toEqual({ key: 'val/acc', goal: 'maximize' })
    expect(goalOf(own, 'val/raw/loss')).toBe('minimize')
    expect(firstMetrics(own, 4)).toEqual(['val/acc', 'epoch'])
  })
})

describe('progress', () => {
  it('tells the time that is left at the pace so far', () => {
    expect(progressOf(run({ progress_step: 50, progress_total: 200 }), 150)).toEqual({
      step: 50,
      total: 200,
      share: 0.25,
      rate: 1,
      leftS: 150,
    })
  })

  it('draws no bar without a total, and promises nothing past it', () => {
    expect(progressOf(run({}), 150)).toBeNull()
    expect(progressOf(run({ progress_step: 300, progress_total: 200 }), 150)).toMatchObject({ share: 1, leftS: null })
    expect(progressOf(run({ state: 'finished', progress_step: 5, progress_total: 200 }), 150)?.leftS).toBeNull()
  })
})
