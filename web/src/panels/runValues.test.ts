import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prepareBars, whiskerOf } from './bar/prepare'
import { valueKeyOf } from './bar/schema'
import { goalOf, metricOfKey, usefulKeys } from './columns'
import { csvOfTable, markdownOfTable } from './files'
import { allOf, anyOf, keyTitle, pickCondition, rangeCondition } from './keys'
import { figureOf } from './kpi/figure'
import type { DefinedMetric } from '../data/definitions'
import { curveAxis, deltaTone, formatKpi, kpiTitle, toneOf } from './kpi/schema'
import { panelCode } from './code'
import { brushCondition, outward, prepareParallel } from './parallel/prepare'
import { liveText } from './markdown/live'
import { decodeRunValues, exactAt, type NumberValues, type RunValues, valueAt, type Values } from './runValues'
import { pickFields, prepareScatter, scatterCondition } from './scatter/prepare'
import type { ParallelAxis, ScatterPanel } from './schema'
import { summarise } from '../charts/statistics'

const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures/runValues.arrow')))

/** Values as the server gives them; null where a run has none. */
function valuesOf(columns: Record<string, (number | string | null)[]>): RunValues {
  const [first = []] = Object.values(columns)
  const byKey = new Map<string, Values>()
  for (const [key, cells] of Object.entries(columns)) {
    const isText = cells.some(cell => typeof cell === 'string')
    const has = Uint8Array.from(cells, cell => (cell === null ? 0 : 1))
    if (isText) byKey.set(key, { kind: 'text', key, texts: cells as (string | null)[] })
    else
      byKey.set(key, {
        kind: 'number',
        key,
        has,
        numbers: Float64Array.from(cells, cell => (cell === null ? Number.NaN : Number(cell))),
      })
  }
  const ids = first.map((_, i) => `r${i + 1}`)
  return {
    count: ids.length,
    total: ids.length,
    ids,
    names: ids.map(id => `name-${id}`),
    ordinals: Float64Array.from(ids, (_, i) => i + 1),
    states: ids.map(() => 'finished'),
    byKey,
    bytes: new Uint8Array(),
  }
}

describe('values of runs', () => {
  it('are read with what is missing', () => {
    const values = decodeRunValues(bytes)
    expect([values.count, values.total]).toEqual([4, 9])
    expect(values.names[1]).toBe('ünïcode · 2')
    expect([...values.ordinals]).toEqual([1, 2, 3, 4])
    expect(values.states).toEqual(['finished', 'running', 'finished', 'failed'])
    const at = (key: string) => values.ids.map((_, row) => valueAt(values.byKey.get(key), row))
    expect(at('config.lr')).toEqual([0.1, null, 0.001, 1])
    expect(at('config.encoder')).toEqual(['a', 'b', null, 'a'])
    expect(at('config.layers')).toEqual(['[1, 2]', null, '[3]', '[1, 2]'])
    expect(values.ids.map((_, row) => String(exactAt(values, 'config.seed', row)))).toEqual([
      '1',
      'NaN',
      '9007199254740993',
      '4',
    ])
    // A NaN that was logged is a value; nothing logged is none.
    expect(at('metrics.acc.max')).toEqual([0.5, 0.75, Number.NaN, Number.POSITIVE_INFINITY])
  })

  it('say so when the answer is something else', () => {
    const text = Buffer.from(bytes).toString('latin1').replaceAll('assay', 'other')
    const other = new Uint8Array(Buffer.from(text, 'latin1'))
    expect(() => decodeRunValues(other)).toThrow('not a table of runs')
  })
})

describe('keys', () => {
  it('have titles and conditions', () => {
    expect(['config.a.b', 'metrics.val/loss.min', 'metrics.loss.last', 'loss', '=${a} * 2'].map(keyTitle)).toEqual([
      'a.b',
      'val/loss, min',
      'loss',
      'loss',
      '${a} * 2',
    ])
    expect(rangeCondition('config.lr', 1e-5, 0.1)).toBe('config.lr >= 0.00001 and config.lr <= 0.1')
    expect(rangeCondition('my `key`', 2, 2)).toBe('`my ``key``` = 2')
    expect(rangeCondition('a', Number.NEGATIVE_INFINITY, 3)).toBe('a <= 3')
    expect(pickCondition('e', ['a"b'])).toBe('e = "a\\"b"')
    expect(pickCondition('e', [8, 16])).toBe('e in [8, 16]')
    expect(pickCondition('e', ['true'])).toBe('e in [true, "true"]')
    expect(allOf(['a = 1', anyOf(['b = 1 and c = 2', 'b = 3'])])).toBe('a = 1 and ((b = 1 and c = 2) or b = 3)')
    expect(allOf([])).toBeNull()
  })

  it('find goals: said, guessed, none', () => {
    const said = new Map([['odd', { key: 'odd', step_metric: '', hidden: false, goal: 'maximize', unit: '' }]])
    expect(goalOf('odd', said)).toEqual({ goal: 'maximize', isGuessed: false })
    expect(goalOf('val/mIoU', undefined)).toEqual({ goal: 'maximize', isGuessed: true })
    expect(goalOf('train_loss', undefined).goal).toBe('minimize')
    expect(goalOf('gloss', undefined).goal).toBe('')
    expect([metricOfKey('metrics.a/b.min'), metricOfKey('a/b'), metricOfKey('config.x'), metricOfKey('=x')]).toEqual([
      'a/b',
      'a/b',
      '',
      '',
    ])
  })

  it('choose what tells runs apart', () => {
    const column = (section: 'config' | 'metric', key: string, runCount: number, isDistinct = true) => ({
      section,
      key,
      kinds: ['number'],
      run_count: runCount,
      is_distinct: isDistinct,
    })
    const found = usefulKeys(
      [
        column('config', 'seed', 2),
        column('config', 'lr', 9),
        column('config', 'same', 9, false),
        column('metric', 'lr', 9),
        column('metric', 'train/loss', 9),
        column('metric', 'val/acc', 9),
      ],
      undefined,
    )
    expect(found).toEqual({ params: ['config.lr', 'config.seed'], metric: 'val/acc' })
  })
})

describe('parallel coordinates', () => {
  const values = valuesOf({
    'config.lr': [1e-5, 1e-3, 0.1, null],
    'config.encoder': ['a', 'b', 'a', 'c'],
    acc: [0.1, 0.5, 0.9, 0.7],
  })
  const axes: ParallelAxis[] = [{ key: 'config.lr' }, { key: 'config.encoder' }, { key: 'acc' }]

  it('place values on their scales, powers of ten on a logarithm', () => {
    const { model } = prepareParallel(values, axes, 'acc', 'maximize')
    const places = [...(model.axes[0]?.places ?? [])]
    expect(model.axes[0]?.isLog).toBe(true)
    expect(places[0]).toBeCloseTo(0)
    expect(places[1]).toBeCloseTo(0.5)
    expect(places[2]).toBeCloseTo(1)
    expect(places[3]).toBeNaN()
    expect(model.axes[0]?.missingCount).toBe(1)
    expect(model.axes[1]?.ticks.map(tick => tick.text)).toEqual(['c', 'b', 'a'])
    // The best lies on top.
    expect(model.ids[model.order.at(-1) as number]).toBe('r3')
    expect(prepareParallel(values, axes, 'acc', 'minimize').model.order.at(-1)).toBe(0)
  })

  it('let through what meets every brush, and say it as a filter', () => {
    const brushed: ParallelAxis[] = [
      { key: 'config.lr', brushes: [[1e-5, 1e-2]] },
      { key: 'config.encoder', picked: ['a', 'c'] },
      {
        key: 'acc',
        is_inverted: true,
        brushes: [
          [0, 0.2],
          [0.6, 1],
        ],
      },
    ]
    const prepared = prepareParallel(values, brushed, 'acc', 'maximize')
    expect([...prepared.model.inside]).toEqual([1, 0, 0, 0])
    expect(brushCondition(brushed, prepared, values.ids)).toBe(
      'config.lr >= 0.00001 and config.lr <= 0.01 and config.encoder in ["a", "c"] and ((acc >= 0 and acc <= 0.2) or (acc >= 0.6 and acc <= 1))',
    )
    expect(brushCondition(axes, prepared, values.ids)).toBeNull()
  })

  it('name runs where an expression is brushed', () => {
    const derived = valuesOf({ '=${a} * 2': [1, 2, 3] })
    const brushed: ParallelAxis[] = [{ key: '=${a} * 2', brushes: [[2, 3]] }]
    const prepared = prepareParallel(derived, brushed, '=${a} * 2', '')
    expect(brushCondition(brushed, prepared, derived.ids)).toBe('id in ["r2", "r3"]')
  })

  it('round a brush so that it keeps what it held', () => {
    expect(outward(0.123_456, 0.876_543)).toEqual([0.1234, 0.8766])
    expect(outward(-0.123_456, 12_345.6)).toEqual([-0.1235, 12_350])
    expect(outward(0, 0.5)).toEqual([0, 0.5])
  })
})

describe('scatter plots', () => {
  const values = valuesOf({ x: [1, 10, 100, null, -1], y: [1, 2, 3, 4, 5], c: ['u', 'v', 'u', 'v', 'u'] })
  const options = { tokenOf: () => '--run-1', goalX: 'minimize', goalY: 'maximize' } as const
  const panel: ScatterPanel = { kind: 'scatter', id: 's', x: 'x', y: 'y', x_scale: 'log' }

  it('draw every run that has a place, and count the others', () => {
    const { model, leftOut } = prepareScatter(values, panel, options)
    expect([model.count, leftOut]).toEqual([3, 2])
    expect(model.px[1]).toBeCloseTo(0.5)
    expect(model.front).toEqual([])
    expect(prepareScatter(values, { ...panel, has_front: true }, options).model.front).toEqual([0, 1, 2])
  })

  it('fit a power law on a logarithmic axis', () => {
    const { fit } = prepareScatter(values, { ...panel, has_trend: true }, options)
    expect(fit?.slope).toBeCloseTo(1)
    expect(fit?.r).toBeCloseTo(1)
  })

  it('say a box as ranges and a lasso as its runs', () => {
    const plain = prepareScatter(values, panel, options)
    const box: [number, number][] = [
      [0.3, 0],
      [0.7, 0],
      [0.7, 1],
      [0.3, 1],
    ]
    const fields = pickFields(box, true, plain) as Partial<ScatterPanel>
    const picked = { ...panel, ...fields } as ScatterPanel
    const prepared = prepareScatter(values, picked, options)
    expect(prepared.pickedCount).toBe(1)
    expect(scatterCondition(prepared, picked).condition).toMatch(/^x >= [\d.]+ and x <= [\d.]+ and y >= /)
    const drawn = {
      ...panel,
      ...(pickFields(
        [
          [-0.1, -0.1],
          [0.2, -0.1],
          [0.2, 0.4],
        ],
        false,
        plain,
      ) as Partial<ScatterPanel>),
    } as ScatterPanel
    expect(scatterCondition(prepareScatter(values, drawn, options), drawn).condition).toBe('id = "r1"')
    expect(scatterCondition(plain, panel).condition).toBeNull()
  })

  it('give categories places of their own', () => {
    const { model } = prepareScatter(values, { ...panel, x: 'c', x_scale: 'linear' }, options)
    expect(model.x.ticks.map(tick => tick.text)).toEqual(['u', 'v'])
    expect(model.count).toBe(5)
  })
})

describe('bars', () => {
  const values = valuesOf({ 'metrics.acc.max': [1, 2, 3, 6, null], 'config.e': ['a', 'a', 'b', 'b', 'a'] })
  const token = () => '--run-1'
  const panel = { kind: 'bar', id: 'b', value: 'acc', aggregate: 'max' } as const

  it('stand for runs, the first so many by value, from zero', () => {
    const { model, total, leftOut } = prepareBars(values, { ...panel, most: 2 }, token)
    expect(model.items.map(item => [item.label, item.value])).toEqual([
      ['name-r4', 6],
      ['name-r3', 3],
    ])
    expect([total, leftOut]).toEqual([4, 1])
    expect(model.axis.low).toBe(0)
  })

  it('take booleans for 1 and 0, and other texts for nothing', () => {
    const flags = valuesOf({ 'summary.ok': ['true', 'false', null], 'config.e': ['true', 'b', null] })
    const drawn = (value: string) =>
      prepareBars(flags, { ...panel, value, order: 'name' }, token).model.items.map(item => item.value)
    expect([drawn('summary.ok'), drawn('config.e')]).toEqual([[1, 0], []])
  })

  it('stand for groups with their mean and whiskers', () => {
    const { model } = prepareBars(values, { ...panel, group: ['config.e'], order: 'name' }, token)
    expect(model.items.map(item => [item.label, item.value, item.summary.n])).toEqual([
      ['a', 1.5, 2],
      ['b', 4.5, 2],
    ])
    expect(model.items[0]?.high).toBeCloseTo(1.5 + Math.SQRT1_2)
    const summary = summarise(Float64Array.of(1, 2, 3))
    expect(whiskerOf(summary, 'minmax')).toEqual([1, 3])
    expect(whiskerOf(summary, 'stderr')[1]).toBeCloseTo(2 + 1 / Math.sqrt(3))
    expect(whiskerOf(summary, 'ci95_t')[1]).toBeCloseTo(2 + 4.3027 / Math.sqrt(3), 3)
    expect(whiskerOf(summarise(Float64Array.of(1)), 'std')).toEqual([Number.NaN, Number.NaN])
  })

  it('become boxes and violins', () => {
    const box = prepareBars(values, { ...panel, draw: 'box' }, token).model
    expect(box.items[0]?.summary).toMatchObject({ n: 4, q1: 1.75, median: 2.5, q3: 3.75 })
    const violin = prepareBars(values, { ...panel, draw: 'violin' }, token).model
    expect(Math.max(...(violin.items[0]?.outline?.widths ?? []))).toBe(1)
  })

  it('ask for the aggregate of a metric', () => {
    expect(valueKeyOf({ value: 'acc', aggregate: 'last' })).toBe('acc')
    expect(valueKeyOf({ value: 'metrics.acc.min', aggregate: 'max' })).toBe('metrics.acc.min')
    expect(valueKeyOf({ value: 'config.lr', aggregate: 'max' })).toBe('config.lr')
  })
})

describe('figures', () => {
  const values = valuesOf({ k: [3, 1, null, 2] })

  it('are of the run the goal names', () => {
    expect(figureOf(values, 'k', 'best', 'minimize')).toMatchObject({ value: 1, holder: { id: 'r2' }, runCount: 3 })
    expect(figureOf(values, 'k', 'best', 'maximize')?.holder?.id).toBe('r1')
    expect(figureOf(values, 'k', 'last', '')?.holder?.id).toBe('r4')
    expect(figureOf(values, 'k', 'mean', '')).toMatchObject({ value: 2, holder: null })
    expect(figureOf(values, 'k', 'count', '')?.value).toBe(3)
    expect(figureOf(valuesOf({ k: [null, Number.NaN] }), 'k', 'best', '')).toBeNull()
  })

  it('keeps every digit of a long whole number, and tells two apart that are one double', () => {
    const values = valuesOf({ k: [1234567890123456800, 1234567890123456800, 3] })
    const digits = { 0: '1234567890123456788', 1: '1234567890123456789' }
    const exact = { ...values, byKey: new Map([['k', { ...(values.byKey.get('k') as NumberValues), digits }]]) }
    const highest = figureOf(exact, 'k', 'max', '')
    expect([highest?.holder?.id, String(highest?.exact)]).toEqual(['r2', '1234567890123456789'])
    expect(figureOf(exact, 'k', 'min', '')?.exact).toBe(3)
    const plain = (text: string) => text.replaceAll('\u2009', ' ')
    expect(plain(formatKpi(highest!.exact))).toBe('1 234 567 890 123 456 789')
    expect(formatKpi(highest!.exact, '.2')).toBe(formatKpi(highest!.exact))
    const answers = { all: exact, named: null, definitions: undefined }
    const live = { kind: 'runs', aggregate: 'max', metric: 'k', isName: false } as const
    const renamed = new Map([['metrics.k.max', exact.byKey.get('k') as NumberValues]])
    expect(plain(liveText(live, { ...answers, all: { ...exact, byKey: renamed } }) as string)).toBe(
      '1 234 567 890 123 456 789',
    )
  })

  it('are coloured by the goal', () => {
    expect([
      deltaTone(0.1, 'maximize'),
      deltaTone(0.1, 'minimize'),
      deltaTone(0.1, ''),
      deltaTone(0, 'maximize'),
    ]).toEqual(['better', 'worse', '', ''])
    expect([
      toneOf(0.5, { warn: 0.8, bad: 0.6 }, 'maximize'),
      toneOf(0.7, { warn: 0.8, bad: 0.6 }, 'maximize'),
      toneOf(0.9, { warn: 0.8 }, 'maximize'),
    ]).toEqual(['bad', 'warn', ''])
    expect(toneOf(2, { warn: 1 }, 'minimize')).toBe('warn')
  })

  it('draws its curve over the metric that the definition names', () => {
    const defined = new Map([['val/loss', { key: 'val/loss', step_metric: 'epoch' } as DefinedMetric]])
    expect(curveAxis('val/loss', defined)).toBe('metric:epoch')
    expect([curveAxis('loss', defined), curveAxis('loss', undefined)]).toEqual(['step', 'step'])
  })

  it('have words and formats', () => {
    const panel = { kind: 'kpi', id: 'k', metric: 'loss' } as const
    expect([
      kpiTitle(panel, 'minimize'),
      kpiTitle({ ...panel, metric: 'acc' }, 'maximize'),
      kpiTitle(panel, ''),
    ]).toEqual(['Lowest loss', 'Best acc', 'Highest loss'])
    expect([
      formatKpi(0.8731, '%'),
      formatKpi(0.873_12, '.2'),
      formatKpi(90, 'duration'),
      formatKpi(-1.5, '.1f'),
    ]).toEqual(['87.31 %', '0.87', '1 m 30 s', '−1.5'])
  })
})

describe('what panels give away', () => {
  it('tables, with formulas made harmless', () => {
    const table = {
      columns: [{ name: 'Run' }, { name: 'x', isNumber: true }],
      rows: [
        ['=cmd|"a"', 1.5],
        ['b|c', null],
        ['d', Number.NaN],
      ],
    }
    expect(csvOfTable(table)).toBe('Run,x\r\n"\'=cmd|""a""",1.5\r\nb|c,\r\nd,NaN\r\n')
    expect(csvOfTable({ columns: [{ name: '\n=x' }], rows: [] })).toBe('"\'\n=x"\r\n')
    expect(markdownOfTable(table)).toContain('| b\\|c |  |')
  })

  it('code', () => {
    const bar = { kind: 'bar', id: 'b', value: 'acc', group: ['config.e'], is_vertical: true } as never
    expect(panelCode(bar, 'lab', 'cells')).toContain(
      'ws.BarPanel(\n    id="b",\n    value="acc",\n    group=["config.e"],\n    is_vertical=True,\n)\nboard = ws.Workspace("From the page", "lab/cells", [',
    )
    const parallel = { kind: 'parallel', id: 'p', axes: [{ key: 'a', brushes: [[1, 2]] }] } as never
    expect(panelCode(parallel, 'lab', 'cells')).toContain('axes=[ws.ParallelAxis(key="a", brushes=[[1, 2]])]')
    expect(panelCode({ kind: 'hologram', id: 'h' }, 'lab', 'cells')).toMatch(/^# hologram/)
  })
})
