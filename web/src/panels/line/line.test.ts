import { describe, expect, it } from 'vitest'
import { groupsOfRuns } from '../../data/runKeys'
import { points } from '../../data/testing'
import { resolveSettings } from '../settings'
import { lineCode } from './code'
import { textOf, yOf } from './EditorData'
import { faultOf, withFix } from './faults'
import { happeningsOf, marksOf, turnMarks } from './happenings'
import { bucketsOf, groupsQuestion, scopeOf } from './question'
import { statistic } from './RegionDialog'
import { groupsOf, keysIn, keysOf, type LinePanel } from './schema'
import { searchText } from './useLineActs'

const panel = (rest: Partial<LinePanel> = {}): LinePanel => ({
  kind: 'line',
  id: 'p',
  y: [{ metric: 'loss' }],
  ...rest,
})

describe('what a panel draws upwards', () => {
  it('are metrics, patterns over the known names, and expressions, each once', () => {
    const made = panel({ y: [{ metric: 'loss' }, { pattern: 'loss$' }, { expression: '${a} - ${b}', side: 'right' }] })
    expect(keysOf(made, ['val/loss', 'loss', 'acc']).keys).toEqual([
      { key: 'loss', label: 'loss', isRight: false },
      { key: 'val/loss', label: 'val/loss', isRight: false },
      { key: '=${a} - ${b}', label: '${a} - ${b}', isRight: true },
    ])
  })

  it('say what is wrong with a pattern, and how many metrics are left out', () => {
    expect(keysOf(panel({ y: [{ pattern: '(' }] }), ['a']).faults[0]?.error).toMatch(/unterminated|Unterminated/)
    const names = Array.from({ length: 140 }, (_, i) => `m${i}`)
    expect(keysOf(panel({ y: [{ pattern: 'm' }] }), names)).toMatchObject({ leftOutCount: 40 })
  })

  it('are typed as keys, patterns or expressions', () => {
    expect(['val/loss', '/^val/', '/^val/(a|b)/', 'val/.*', 'log(${loss})'].map(yOf)).toEqual([
      { metric: 'val/loss' },
      { pattern: '^val' },
      { pattern: '^val/(a|b)' },
      { pattern: 'val/.*' },
      { expression: 'log(${loss})' },
    ])
    expect(textOf({ pattern: 'a.*' })).toBe('/a.*/')
  })

  it('name the metrics of an expression with their places', () => {
    expect(keysIn('${val/loss} - ${train/los}')).toEqual([
      { key: 'val/loss', at: 2 },
      { key: 'train/los', at: 16 },
    ])
  })
})

describe('what is asked', () => {
  const settings = resolveSettings([{ x: 'step', smoothing: { kind: 'gaussian', strength: 8 }, method: 'lttb' }])

  it('carries smoothing and method, but not for hardware metrics', () => {
    expect(scopeOf(panel(), settings)).toEqual({
      channel: 'history',
      axis: 'step',
      window: null,
      smoothing: { kind: 'gaussian', strength: 8 },
      method: 'lttb',
    })
    expect(scopeOf(panel({ channel: 'system' }), settings)).not.toHaveProperty('smoothing')
    expect(scopeOf(panel({ channel: 'system' }), settings).axis).toBe('relative')
  })

  it('looks where the page is zoomed on its axis, else at the window of the settings', () => {
    const zoomed = {
      ...settings,
      zoom: { axis: 'step', from: 5, to: 9 } as const,
      window: [0, 100] as [number, number],
    }
    expect(scopeOf(panel(), zoomed).window).toEqual([5, 9])
    expect(scopeOf(panel(), { ...zoomed, zoom: null }).window).toEqual([0, 100])
    expect(scopeOf(panel(), { ...zoomed, zoom: { ...zoomed.zoom, axis: 'time' } }).window).toEqual([0, 100])
  })

  it('takes the user’s count of buckets, else by width, and as many as there are in full screen', () => {
    const look = { widthPx: 400, lineCount: 10, isFull: false }
    expect(bucketsOf({ ...settings, buckets: 77 }, look)).toBe(77)
    expect(bucketsOf(settings, look)).toBe(1000)
    expect(bucketsOf(settings, { ...look, isFull: true })).toBe(10_000)
    expect(bucketsOf(settings, { ...look, lineCount: 1000, isFull: true })).toBe(1000)
  })

  it('groups as the panel says, else as the list, or not at all', () => {
    expect(groupsOf(panel(), ['config.encoder'])?.keys).toEqual(['config.encoder'])
    expect(groupsOf(panel({ is_grouped: false }), ['config.encoder'])).toBeNull()
    const own = groupsOf(panel({ is_grouped: true, grouping: { keys: ['group'], band: 'quantile' } }), [])
    expect(own).toMatchObject({ keys: ['group'], band: 'quantile', quantiles: [0.1, 0.9] })
    const runSet = { filter: 'a > 1', search: '', sort: [], group: [], baseline: '' }
    expect(own && groupsQuestion(own, ['loss'], scopeOf(panel(), settings), runSet, 0)).toMatchObject({
      runSet: { filter: 'a > 1' },
      by: ['group'],
      request: {
        keys: ['loss'],
        x: 'step',
        band: 'quantile',
        quantiles: [0.1, 0.9],
        smoothing: { kind: 'gaussian', strength: 8 },
      },
    })
  })
})

describe('runs in groups', () => {
  it('have equal values, and stand in the order of the first of each', () => {
    const table = {
      runs: ['r1', 'r2', 'r3', 'r4'],
      columns: [
        ['adam', 'sgd', 'adam', null],
        [0.1, 0.1, 0.1, Number.NaN],
      ],
      total: 4,
    }
    expect(groupsOfRuns(table)).toEqual([
      { label: 'adam, 0.1', runs: ['r1', 'r3'] },
      { label: 'sgd, 0.1', runs: ['r2'] },
      { label: 'none, none', runs: ['r4'] },
    ])
  })
})

describe('an expression that does not read', () => {
  const error = {
    code: 'invalid_expression',
    fields: { at: 7, detail: 'found ‘-’', fix: '${a} - ${b}', expression: '${a} - - ${b}' },
  }
  const made = panel({ y: [{ expression: '${a} - - ${b}' }] })

  it('is pointed at, and its fix takes its place', () => {
    const fault = faultOf(error, made)
    expect(fault).toMatchObject({ at: 7, detail: 'Found ‘-’.', fix: '${a} - ${b}', fixName: '${a} - ${b}' })
    expect(fault && withFix(made, fault)).toEqual({ y: [{ expression: '${a} - ${b}' }] })
  })

  it('names the key that is meant', () => {
    const unknown = {
      code: 'invalid_expression',
      fields: { at: 0, detail: 'no run has the key val/los', hint: 'The nearest is val/loss.', fix: '${val/loss} - 1' },
    }
    expect(faultOf(unknown, panel({ y: [{ expression: '${val/los} - 1' }] }))).toMatchObject({
      at: 2,
      length: 7,
      detail: 'No run has the key val/los. The nearest is val/loss.',
      fixName: 'val/loss',
    })
  })

  it('is told apart from other failures', () => {
    expect(faultOf(new Error('gone'), made)).toBeNull()
  })
})

describe('copied as code', () => {
  it('is the query and the panel, as Python', () => {
    const code = lineCode({
      entity: 'lab',
      project: 'seg',
      panel: panel({ y_scale: 'log', y_zoom: [0, 1], settings: { smoothing: { kind: 'ema', strength: 0.5 } } }),
      runs: [{ id: 'r"1', name: 'amber\notter', ordinal: 1, isLive: false }],
      keys: keysOf(panel({ y: [{ metric: 'loss' }, { expression: '${a} - ${config.lr}' }] }), []),
      steps: [10, 20.5],
    })
    expect(code).toContain('    "lab/seg/r\\"1",  # amber otter')
    expect(code).toContain('rows = api.history(runs, keys=["loss", "a"], min_step=10, max_step=21, format="pandas")')
    expect(code).toContain('# drawn: ${a} - ${config.lr}')
    expect(code).toContain('    id="p",')
    expect(code).toContain('    y=[workspace.Y(metric="loss")],')
    expect(code).toContain('    settings=workspace.Settings(smoothing=workspace.Smoothing(kind="ema", strength=0.5)),')
    expect(code).not.toContain('y_zoom')
  })
})

describe('marks', () => {
  const runs = [{ id: 'a', name: 'run-a', ordinal: 3, isLive: false }]
  const alert = { id: 1, run: 'a', title: 'NaN', text: 'loss', level: 'ERROR', time: 100, step: 7 }

  it('are the alerts of drawn runs, on axes that have a place for them', () => {
    expect(happeningsOf([alert, { ...alert, run: 'z' }], runs, 'step')).toEqual([
      { x: 7, colour: '--run-3', kind: 'alert', text: 'run-a: NaN, loss' },
    ])
    expect(happeningsOf([alert], runs, 'time')[0]?.x).toBe(100)
    expect(happeningsOf([alert], runs, 'number')).toEqual([])
  })

  it('are checkpoints too, and lead to their pages', () => {
    const kept = { run: 'a', path: 'lab/cells/ck pt:v3', type: 'model', step: 40, at: 900, aliases: ['best', 'latest'] }
    expect(marksOf([kept, { ...kept, run: 'z' }], runs, 'step')).toEqual([
      {
        x: 40,
        colour: '--run-3',
        kind: 'checkpoint',
        text: 'run-a: ck pt:v3, best',
        href: '/lab/cells/artifacts/model/ck%20pt/v3',
      },
    ])
    expect(marksOf([kept], runs, 'time')[0]?.x).toBe(900)
    expect(marksOf([kept], runs, 'number')).toEqual([])
  })

  it('are resumes and rewinds, by whom and after which step', () => {
    const resumed = { run: 'a', kind: 'resumed', step: 120, at: 900, user: 'ann' }
    const rewound = { ...resumed, kind: 'rewound', step: -1, at: 950 }
    expect(
      turnMarks([resumed, rewound, { ...resumed, run: 'z' }, { ...resumed, kind: 'later' }], runs, 'step'),
    ).toEqual([{ x: 120, colour: '--run-3', kind: 'resume', text: 'run-a: resumed after step 120 by ann' }])
    expect(turnMarks([resumed, rewound], runs, 'time')).toMatchObject([
      { x: 900 },
      { x: 950, kind: 'rewind', text: 'run-a: rewound to its start by ann' },
    ])
    expect(turnMarks([resumed], runs, 'number')).toEqual([])
  })

  it('have exact statistics, weighed by points', () => {
    expect(statistic(points([1, Number.NaN, 5]))).toEqual({ count: 3, min: 1, mean: 3, max: 5, first: 1, last: 5 })
    expect(statistic(points([Number.NaN])).mean).toBeNaN()
  })
})

describe('a panel’s name in an address', () => {
  it('stays a text', () => {
    expect([searchText('val/loss'), searchText('12'), searchText('true')]).toEqual(['val/loss', '"12"', '"true"'])
  })
})
