import { describe, expect, it } from 'vitest'
import { ExactInteger } from '../../../data/exactIntegers'
import type { Run } from '../../../data/project'
import { byKey } from '../../../panels/axes'
import { aggregateOf, bestOf, cellText, cellTitle, copyValue, deltaOf, goalOf, valueOf } from './cells'
import { drawnRunsOf, isRunHidden } from './drawn'
import { aggregateText, groupKey, groupTitle, isMember, pathLabel } from './groups'
import { layColumns, numberKeys, shownColumns } from './shown'
import { setShown, tickOf, treeRows } from './columnTree'
import { factsOf } from './useFacts'
import { pythonText, queryCode, runsCode } from './code'

const run = (id: string, values: Record<string, unknown> = {}, own: Partial<Run> = {}): Run =>
  ({
    id,
    name: id,
    ordinal: 1,
    state: 'finished',
    tags: [],
    notes: '',
    group: '',
    job_type: '',
    created_at: 100,
    finished_at: 160,
    heartbeat_at: 160,
    duration_s: 60,
    last_step: 5,
    values,
    ...own,
  }) as unknown as Run

describe('cells', () => {
  it('say a value short, and whole on hover and copy', () => {
    const own = run('a', { 'summary.loss': 0.123456789, 'config.list': ['x', 2] })
    expect(cellText(own, 'summary.loss', 0)).toMatchObject({ text: '0.1235', isNumber: true })
    expect(cellTitle(own, 'summary.loss')).toBe('0.123456789')
    expect(cellTitle(own, 'config.list')).toBe('x, 2')
    expect(cellTitle(own, 'summary.none')).toBe('')
    expect(cellText(own, 'config.list', 0).text).toBe('x, 2')
    expect(cellText(own, 'summary.none', 0).text).toBe('')
    expect(cellText(own, 'created_at', 220).text).toBe('1 min')
    expect(copyValue(own, 'created_at')).toBe('1970-01-01T00:01:40.000Z')
    expect(copyValue(own, 'summary.loss')).toBe('0.123456789')
    expect(valueOf(run('b', {}, { finished_at: 0 }), 'finished_at')).toBeUndefined()
  })

  it('of a long seed put a run into its own group, not into that of its neighbour', () => {
    const by = [{ key: 'config.seed' }]
    const seed = new ExactInteger('1234567890123456789')
    const own = run('a', { 'config.seed': Number(seed.toString()) }, { digits: { 'config.seed': seed.toString() } })
    expect(isMember(own, [seed], by)).toBe(true)
    expect(isMember(own, [new ExactInteger('1234567890123456788')], by)).toBe(false)
    const hidden = { group: by, hidden_groups: [groupKey([seed])] }
    expect(isRunHidden(own, hidden)).toBe(true)
    expect(pathLabel(seed, by[0])).toBe('1\u2009234\u2009567\u2009890\u2009123\u2009456\u2009789')
  })

  it('show all digits of a long seed, and copy them', () => {
    const seed = '-1234567890123456789'
    const own = run('a', { 'config.seed': Number(seed) }, { digits: { 'config.seed': seed } })
    const shown = '−1\u2009234\u2009567\u2009890\u2009123\u2009456\u2009789'
    expect(cellText(own, 'config.seed', 0)).toEqual({ text: shown, isNumber: true })
    expect(cellText(own, 'config.seed', 0, 90)).toEqual({ text: '−1.235e18', isNumber: true })
    expect(cellTitle(own, 'config.seed')).toBe(shown)
    expect(copyValue(own, 'config.seed')).toBe(seed)
  })

  it('compare with the baseline by the goal, with the sign and the decimals of the value', () => {
    expect(deltaOf(0.8731, 0.8517, 'maximize')).toEqual({ text: '+0.0214', verdict: 'better' })
    expect(deltaOf(0.8731, 0.8517, 'minimize')).toEqual({ text: '+0.0214', verdict: 'worse' })
    expect(deltaOf(0.2, 0.3, 'minimize')).toEqual({ text: '−0.1000', verdict: 'better' })
    expect(deltaOf(1, 2, '')).toEqual({ text: '−1.000', verdict: '' })
    expect(deltaOf(0.1 + 0.2, 0.3, 'minimize')).toEqual({ text: '0', verdict: '' })
    expect(deltaOf(Number.NaN, 1, '')).toBeNull()
    expect(deltaOf('x', 1, '')).toBeNull()
    const [long, next] = [new ExactInteger('1234567890123456788'), new ExactInteger('1234567890123456789')]
    expect(deltaOf(next, long, 'maximize')).toEqual({ text: '+1', verdict: 'better' })
    expect(deltaOf(long, long, 'maximize')).toEqual({ text: '0', verdict: '' })
  })

  it('know the goal from definitions, the best, and the sum of a selection', () => {
    const defined = byKey([{ key: 'loss', goal: 'minimize', step_metric: '', hidden: false, unit: '' }])
    expect(['summary.loss', 'metrics.loss.min', 'summary.other'].map(key => goalOf(key, defined))).toEqual([
      'minimize',
      'minimize',
      '',
    ])
    expect(goalOf('summary.loss', undefined)).toBe('')
    expect(bestOf([3, Number.NaN, 1, 'x'], 'minimize')).toBe(1)
    expect(bestOf([3], '')).toBeNaN()
    expect(aggregateOf([1, 2, 3, 'x', Number.NaN])).toMatchObject({ count: 3, mean: 2, min: 1, max: 3, std: 1 })
    expect(aggregateOf(['x'])).toBeNull()
  })
})

describe('groups', () => {
  const by = [{ key: 'config.encoder' }, { key: 'config.lr', bin_width: 0.1 }]
  it('know their members, ranges and absent values too', () => {
    const own = run('a', { 'config.encoder': 'x', 'config.lr': 0.15 })
    expect(isMember(own, ['x'], by)).toBe(true)
    expect(isMember(own, ['x', [0.1, 0.2]], by)).toBe(true)
    expect(isMember(own, ['x', [0.2, 0.30000000000000004]], by)).toBe(false)
    expect(isMember(run('b'), [null], by)).toBe(true)
    expect(isMember(own, [null], by)).toBe(false)
    // An empty text in a config is a value; a run's own field is empty where there is none.
    const empty = run('c', { 'config.encoder': '' })
    expect([isMember(empty, [''], by), isMember(empty, [null], by), isMember(run('b'), [''], by)]).toEqual([
      true,
      false,
      false,
    ])
    expect(isMember({ ...run('d'), group: '' }, [null], [{ key: 'group' }])).toBe(true)
  })

  it('are named by their values, or as a person named them', () => {
    const group = {
      path: ['x', [0.1, 0.2]],
      keys: {},
      label: '',
      run_count: 3,
      running_count: 0,
      aggregates: {},
      condition: '',
      groups: [],
    }
    expect(groupTitle(group, { group: by })).toMatchObject({ key: 'lr', label: '0.1000 – 0.2000' })
    expect(groupTitle(group, { group: by, group_names: { [groupKey(group.path)]: 'small' } }).label).toBe('small')
  })

  it('say mean, spread and count', () => {
    expect(aggregateText({ count: 3, mean: 0.8649, std: 0.0124, min: 0.8, max: 0.9 })).toMatchObject({
      mean: '0.8649',
      spread: '± 0.0124',
    })
    expect(aggregateText({ count: 1, mean: 2, std: 0 }).spread).toBe('')
    expect(aggregateText(undefined).mean).toBe('')
  })

  it('hide their runs from the panels, while a run keeps its own eye', () => {
    const set = { group: [{ key: 'config.encoder' }], hidden_groups: ['["x"]'], hide: ['c'] }
    const runs = [
      run('a', { 'config.encoder': 'x' }),
      run('b', { 'config.encoder': 'y' }),
      run('c', { 'config.encoder': 'y' }),
    ]
    expect(runs.map(own => isRunHidden(own, set))).toEqual([true, false, true])
    expect(drawnRunsOf(set, { runs, pins: [], groups: [] }).map(({ id }) => id)).toEqual(['b'])
  })

  it('come after what is pinned, each run once, and no more than are wanted', () => {
    const runs = ['a', 'b', 'c', 'd'].map(id => run(id))
    const pins = [run('c')]
    expect(drawnRunsOf({ drawn: 3 }, { runs, pins, groups: [] }).map(({ id }) => id)).toEqual(['c', 'a', 'b'])
  })
})

describe('columns', () => {
  it('are the main value and the age, what differs in a table, or what was chosen', () => {
    expect(shownColumns({}, 'loss').map(({ key }) => key)).toEqual(['summary.loss', 'created_at'])
    expect(shownColumns({ columns: [] }, 'loss')).toEqual([])
    const keys = [
      { key: 'config.lr', section: 'config', isDistinct: true },
      { key: 'config.same', section: 'config', isDistinct: false },
    ]
    expect(shownColumns({ is_table: true }, 'loss', keys).map(({ key }) => key)).toEqual([
      'summary.loss',
      'config.lr',
      'tags',
      'user',
      'duration_s',
      'created_at',
    ])
    expect(layColumns([{ key: 'config.lr', width: 77 }], new Map([['config.lr', ['number']]]), false)[0]).toMatchObject(
      { label: 'lr', isNumber: true, widthPx: 77 },
    )
  })

  it('of config are of numbers where every run that has one says so', () => {
    const runs = [run('a', { 'config.lr': 0.1, 'config.kind': 'x' }), run('b', { 'config.kind': 2 }), run('c')]
    const columns = ['config.lr', 'config.kind', 'config.none', 'tags'].map(key => ({ key }))
    expect(numberKeys(columns, runs)).toEqual(['config.lr'])
    expect(layColumns([{ key: 'config.lr' }], new Map(), true, ['config.lr'])[0]).toMatchObject({ isNumber: true })
  })

  it('never show a large number without its end', () => {
    const own = run('a', { 'summary.big': -366_479_129, 'summary.small': 0.123_456 })
    expect(cellText(own, 'summary.big', 0).text).toBe('−366\u2009479\u2009129')
    expect(cellText(own, 'summary.big', 0, 62).text).toBe('−3.665e8')
    expect(cellText(own, 'summary.small', 0, 40).text).toBe('0.1235')
  })

  it('stand in a tree by prefix, with all of a branch ticked at once', () => {
    const key = (name: string, section: 'config' | 'metric' = 'config') => ({
      key: section === 'config' ? `config.${name}` : `summary.${name}`,
      section,
      kinds: [],
      runCount: 1,
      isDistinct: true,
    })
    const keys = [key('lr'), key('loss.boundary'), key('loss.dice'), key('val/mIoU', 'metric')]
    const rows = treeRows(keys, keys, new Map(), false)
    expect(rows.map(row => `${row.depth} ${row.label}`)).toEqual([
      '0 config',
      '1 lr',
      '1 loss',
      '2 boundary',
      '2 dice',
      '0 summary',
      '1 val/mIoU',
    ])
    expect(treeRows(keys, keys, new Map([['config', false]]), false).map(row => row.label)).toEqual([
      'config',
      'summary',
      'val/mIoU',
    ])
    expect(tickOf(['a', 'b'], new Set(['a']))).toBe('mixed')
    expect(setShown([{ key: 'z' }], ['a', 'z'], true).map(({ key }) => key)).toEqual(['z', 'a'])
    expect(setShown([{ key: 'z' }, { key: 'a' }], ['a'], false)).toEqual([{ key: 'z' }])
  })

  it('have their different values counted and their shape drawn', () => {
    const numbers = Float64Array.from([1, 1, 2, 8, Number.NaN])
    expect(factsOf({ kind: 'number', numbers, has: Uint8Array.from([1, 1, 1, 1, 0]) })).toEqual({
      distinct: 3,
      bars: [2, 1, 0, 0, 0, 0, 1],
    })
    expect(factsOf({ kind: 'text', texts: ['a', 'b', 'a', null] })).toEqual({ distinct: 2, bars: [2, 1] })
  })
})

describe('code', () => {
  const place = { server: 'http://here', entity: 'lab', project: 'seg' }
  it('finds the same runs again, whatever the text holds', () => {
    expect(pythonText('a"b\\c\nd')).toBe('"a\\"b\\\\c\\nd"')
    const code = queryCode({ filter: 'tags has "x"', sort: [{ key: 'summary.loss' }] }, place)
    expect(code).toContain('filters="tags has \\"x\\""')
    expect(code).toContain('order="+summary.loss"')
    expect(runsCode(['a'], place)).toContain('.run("lab/seg/a")')
    expect(runsCode(['a', 'b'], place)).toContain('id in [\\"a\\", \\"b\\"]')
  })
})
