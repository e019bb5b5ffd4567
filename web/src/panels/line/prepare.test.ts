import { describe, expect, it } from 'vitest'
import { readingsAt, shownReadings } from '../../charts/model'
import { fuse, type SeriesData } from '../../data/series'
import { points } from '../../data/testing'
import type { DrawnRun } from '../context'
import { csvOf, fileName } from './export'
import { type Line, type LineInput, type Prepared, prepareLines, spikesOf } from './prepare'
import { readTemplate } from './legend'
import type { DrawnKey } from './schema'

const runs: DrawnRun[] = ['a', 'b', 'c'].map((id, i) => ({ id, name: `run-${id}`, ordinal: i + 1, isLive: id === 'c' }))
const KEY: DrawnKey = { key: 'loss', label: 'loss', isRight: false }

function linesOf(data: Record<string, SeriesData>, key = KEY): Line[] {
  return runs.flatMap(run => (data[run.id] ? [{ key, run, data: data[run.id] as SeriesData }] : []))
}

function prepared(lines: Record<string, SeriesData> | Line[], rest: Partial<LineInput> = {}) {
  const made: Prepared = prepareLines({
    title: 'loss',
    axis: 'step',
    xScale: 'linear',
    lines: Array.isArray(lines) ? lines : linesOf(lines),
    runCount: runs.length,
    keyCount: 1,
    groups: null,
    smoothing: null,
    isRawBehind: true,
    method: 'envelope',
    bounds: 'hover',
    outliers: [0, 100],
    yScale: 'linear',
    yRange: [null, null],
    y2Scale: 'linear',
    y2Range: [null, null],
    yZoom: null,
    draw: 'line',
    styles: {},
    template: null,
    valueOf: () => undefined,
    window: null,
    openWindow: [null, null],
    regions: [],
    happenings: [],
    staleS: null,
    hasRoom: true,
    isFull: false,
    isSmallMultiples: false,
    leftOutKeys: 0,
    leftOutRuns: 0,
    ...rest,
  })
  const [picture] = made.pictures
  if (!picture) throw new Error('No picture')
  return { ...made, model: picture.model }
}

const noisy = (spikeAt = -1): SeriesData =>
  points(Array.from({ length: 20_000 }, (_, i) => (i === spikeAt ? 50 : Math.sin(i) * 0.1)))

describe('a line panel prepared', () => {
  it('leaves out runs without the metric and says so', () => {
    const { model, pills } = prepared({ a: points([1, 2]) })
    expect(model.series.map(({ run }) => run)).toEqual(['a'])
    expect(pills.map(({ text }) => text)).toEqual(['1 of 3 runs'])
  })

  it('keeps a one-step spike of 20,000 in range and marks its bucket', () => {
    const data = fuse(noisy(12_345), 200)
    const { model } = prepared({ a: data })
    expect(model.y[1]).toBeGreaterThan(50)
    const [series] = model.series
    expect(series?.spikes).toHaveLength(1)
    const row = series?.spikes[0] ?? 0
    expect(series?.high?.[row]).toBe(50)
    expect(Math.abs((series?.x[row] ?? 0) - 12_345)).toBeLessThan(120)
  })

  it('marks nothing in evenly noisy data, and never more than a few', () => {
    expect(spikesOf(fuse(noisy(), 200))).toEqual([])
    const wild = points(Array.from({ length: 10_000 }, (_, i) => (i % 97 === 0 ? 9 : 0)))
    expect(spikesOf(fuse(wild, 500)).length).toBeLessThanOrEqual(20)
  })

  it('says how many buckets stand for how many points', () => {
    expect(prepared({ a: fuse(noisy(), 200) }).pills.map(({ text }) => text)).toContain('200 buckets of 20 k')
  })

  it('puts a single point in the middle', () => {
    const { model } = prepared({ a: points([2.5], { from: 60 }) })
    expect(model.x).toEqual([59, 61])
    expect(model.y[0]).toBeLessThan(2.5)
    expect(model.y[1]).toBeGreaterThan(2.5)
  })

  it('draws NaN and infinities as marks, and no range is lost to them', () => {
    const { model } = prepared({ a: points([1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2]) })
    expect(model.series[0]?.odd).toEqual([
      { x: 1, kind: 'nan' },
      { x: 2, kind: 'posinf' },
      { x: 3, kind: 'neginf' },
    ])
    expect(model.y.every(Number.isFinite)).toBe(true)
  })

  it('has no place for zero on a logarithmic axis and counts what it leaves out', () => {
    const { model, pills } = prepared({ a: points([0, 0.01, 1]) }, { yScale: 'log' })
    expect(model.y[0]).toBeGreaterThan(0)
    expect(pills.map(({ text }) => text)).toContain('log, 1 not above 0')
  })

  it('draws what the server smoothed, over what was logged', () => {
    const smooth = Float64Array.of(1, 1.5, 1.6, 1.7)
    const data = { ...points([1, 3, 1, 3]), smooth }
    const { model, pills } = prepared({ a: data }, { smoothing: { kind: 'time_ema', strength: 0.6 } })
    expect(model.series[0]?.y).toBe(smooth)
    expect(model.series[0]?.raw).toBe(data.mean)
    expect(pills.map(({ text }) => text)).toContain('smoothed 0.60')
    const { model: bare } = prepared({ a: data }, { smoothing: { kind: 'ema', strength: 0.6 }, isRawBehind: false })
    expect(bare.series[0]?.raw).toBeNull()
  })

  it('fits y to the stretch of x that is looked at', () => {
    const { model } = prepared({ a: points([100, 100, 1, 2, 3]) }, { window: [2, 4] })
    expect(model.x).toEqual([2, 4])
    expect(model.y[1]).toBeLessThan(10)
  })

  it('names lines at their ends only while they are few and there is room', () => {
    const data = { a: points([1, 2]), b: points([2, 3]), c: points([3, 4]) }
    expect(prepared(data).model.hasEndLabels).toBe(true)
    expect(prepared(data, { hasRoom: false }).model.hasEndLabels).toBe(false)
  })

  it('ends a running line in a live head', () => {
    const { model } = prepared({ a: points([1]), c: points([1]) })
    expect(model.series.map(({ isLive }) => isLive)).toEqual([false, true])
  })

  it('is told to a screen reader in a sentence', () => {
    const { summary } = prepared({ a: points([1, 0.5]), b: points([1, 0.25]) })
    expect(summary).toBe('loss, 2 runs, last values from 0.2500 (run-b) to 0.5000 (run-a, step 1)')
  })
})

describe('where a line ends', () => {
  const fused = fuse(noisy(), 100)
  const ends = (data: SeriesData, rest: Partial<LineInput> = {}): string => prepared({ a: data }, rest).summary

  it('is its last point, not the beginning of its last bucket', () => {
    expect(fused.x[fused.rows - 1]).toBeLessThan(19_999)
    expect(ends(noisy())).toMatch(/, step 19\s999$/)
    expect(ends(fused)).toMatch(/, step 19\s999$/)
    expect(prepared({ a: fused }).rows[0]).toMatchObject({ lastX: 19_999, isLastLater: false })
  })
  it('is said to be later than the bucket begins where nobody knows by how much', () => {
    const begins = fused.x[fused.rows - 1] as number
    for (const rest of [{ window: [0, 19_000] as [number, number] }, { axis: 'time' as const }])
      expect(prepared({ a: fused }, rest).rows[0]).toMatchObject({ lastX: begins, isLastLater: true })
    expect(ends(fused, { window: [0, 19_000] })).toMatch(/ or later$/)
    expect(ends(fused, { window: [0, 20_000] })).toMatch(/, step 19\s999$/)
  })
})

describe('several metrics', () => {
  const other: DrawnKey = { key: 'acc', label: 'accuracy', isRight: true }
  const both = [...linesOf({ a: points([1, 2]), b: points([2, 3]) }), ...linesOf({ a: points([10, 20]) }, other)]

  it('keep the run\u2019s colour and differ by their dash', () => {
    const { model } = prepared(both, { keyCount: 2 })
    expect(model.series.map(({ label, colour, dash }) => [label, colour, dash])).toEqual([
      ['run-a loss', '--run-1', []],
      ['run-b loss', '--run-2', []],
      ['run-a accuracy', '--run-1', [6, 3]],
    ])
  })

  it('of one run have a colour each', () => {
    const { model } = prepared(
      both.filter(({ run }) => run?.id === 'a'),
      { keyCount: 2 },
    )
    expect(model.series.map(({ label, colour }) => [label, colour])).toEqual([
      ['loss', '--run-1'],
      ['accuracy', '--run-2'],
    ])
  })

  it('have a second axis, which zooms with the first', () => {
    const { model } = prepared(both, { keyCount: 2 })
    expect(model.y2?.[1]).toBeGreaterThan(19)
    expect(model.y[1]).toBeLessThan(4)
    const half: [number, number] = [model.y[0], (model.y[0] + model.y[1]) / 2]
    const zoomed = prepared(both, { keyCount: 2, yZoom: half }).model
    expect(zoomed.y).toEqual(half)
    expect(zoomed.y2?.[1]).toBeCloseTo(((model.y2?.[0] ?? 0) + (model.y2?.[1] ?? 0)) / 2)
  })

  it('stand apart as small multiples', () => {
    const { pictures } = prepared(both, { keyCount: 2, isSmallMultiples: true })
    expect(pictures.map(({ title, model }) => [title, model.series.map(({ label }) => label)])).toEqual([
      ['loss', ['run-a', 'run-b']],
      ['accuracy', ['run-a']],
    ])
    // What counts on the right takes the left axis where nothing else does: no axis is of nothing.
    expect(pictures[1]?.model.y2).toBeNull()
    expect(pictures[1]?.model.y[1]).toBeGreaterThan(19)
    expect(pictures[1]?.model.series[0]?.isRight).toBe(false)
  })
})

describe('ranges', () => {
  it('are cut to percentiles, and every point beyond is counted', () => {
    const data = points(Array.from({ length: 1000 }, (_, i) => (i === 3 || i === 700 ? 1e6 : i % 10)))
    const { model, pills } = prepared({ a: data }, { outliers: [0, 99] })
    expect(model.y[1]).toBeLessThan(20)
    expect(pills.map(({ text }) => text)).toContain('2 hidden')
  })

  it('say at least how many are hidden where buckets are fused', () => {
    const data = fuse(points(Array.from({ length: 1000 }, (_, i) => (i === 3 ? 1e6 : i % 10))), 100)
    const { pills } = prepared({ a: data }, { yRange: [null, 50] })
    expect(pills.map(({ text }) => text)).toContain('≥ 1 hidden')
  })

  it('of hand come before those of data, open ends stay fitted', () => {
    const { model } = prepared({ a: points([1, 2, 3]) }, { yRange: [0, null] })
    expect(model.y[0]).toBe(0)
    expect(model.y[1]).toBeGreaterThan(3)
    expect(prepared({ a: points([1, 2, 3]) }, { openWindow: [1, null] }).model.x).toEqual([1, 2])
  })

  it('hold zero and below on a symmetric logarithmic axis', () => {
    const { model } = prepared({ a: points([-100, 0, 0.01, 1000]) }, { yScale: 'symlog' })
    expect(model.y[0]).toBeLessThanOrEqual(-100)
    expect(model.y[1]).toBeGreaterThanOrEqual(1000)
  })

  it('leave out zero of a logarithmic x axis', () => {
    const { model } = prepared({ a: points([1, 2, 3]) }, { xScale: 'log' })
    expect(model.x).toEqual([1, 2])
  })
})

describe('lines of their own look', () => {
  it('take colour, dash, width and mark by metric, then by run', () => {
    const { model } = prepared(
      { a: points([1, 2]), b: points([1, 2]) },
      { styles: { loss: { width: 3, mark: 'square' }, b: { colour: 9, dash: 'dotted', width: 2 } } },
    )
    expect(model.series.map(({ colour, dash, width, mark }) => [colour, dash, width, mark])).toEqual([
      ['--run-1', [], 3, 'square'],
      ['--run-9', [2, 2], 2, 'square'],
    ])
  })

  it('stack to a hundred, each telling its own value', () => {
    const { model } = prepared({ a: points([1, 1]), b: points([3, 0]) }, { draw: 'percent' })
    const [a, b] = model.series
    expect([...(a?.y ?? [])]).toEqual([25, 100])
    expect([...(b?.y ?? [])]).toEqual([100, 100])
    expect([...(b?.base ?? [])]).toEqual([25, 100])
    const [first] = readingsAt(model, 0, 0)
    expect(first && model.tell?.(first)).toBe('3 (75.0 %)')
  })

  it('beyond a hundred are a density, and that is said', () => {
    const many: Line[] = Array.from({ length: 130 }, (_, i) => ({
      key: KEY,
      run: { id: `r${i}`, name: `r${i}`, ordinal: i + 1, isLive: false },
      data: points([i, i + 1, i + 2]),
    }))
    const { model, pills } = prepared(many, { runCount: 130 })
    expect(model.series).toHaveLength(100)
    expect(model.density?.lineCount).toBe(30)
    expect(model.density?.bands[0]?.low[0]).toBe(100)
    expect(model.density?.bands[0]?.high[0]).toBe(129)
    expect(pills.map(({ text }) => text)).toContain('100 lines, 30 as density')
  })
})

describe('groups', () => {
  const grouped: Line[] = [
    {
      key: KEY,
      run: null,
      group: { label: 'adam', place: 0, runCount: 4, members: ['a'] },
      data: {
        ...points([2, 1]),
        count: Uint32Array.of(4, 3),
        min: Float64Array.of(1, 0.5),
        max: Float64Array.of(3, 1.5),
        isRaw: false,
      },
    },
  ]
  const groups = {
    keys: ['config.optimizer'],
    middle: 'mean',
    band: 'std',
    quantiles: [0.1, 0.9],
    ended: 'drop',
    hasMembers: false,
  } as const

  it('are drawn with their band and named in the head', () => {
    const { model, pills } = prepared(grouped, { groups: { ...groups, keys: [...groups.keys], quantiles: [0.1, 0.9] } })
    expect(model.series[0]).toMatchObject({ label: 'adam', isGroup: true, colour: '--run-1' })
    expect([...(model.series[0]?.low ?? [])]).toEqual([1, 0.5])
    expect(pills[0]?.text).toBe('mean ± std by optimizer')
    expect(readingsAt(model, 1, 0)[0]?.series.count[1]).toBe(3)
  })

  it('keep their members faint, and out of the tip', () => {
    const lines = [{ ...(linesOf({ a: points([5, 6]) })[0] as Line), isFaint: true }, ...grouped]
    const { model, rows } = prepared(lines, { groups: { ...groups, keys: [...groups.keys], quantiles: [0.1, 0.9] } })
    expect(model.series.map(({ isFaint }) => isFaint)).toEqual([true, false])
    expect(readingsAt(model, 1, 0)).toHaveLength(1)
    expect(rows.map(({ name }) => name)).toEqual(['adam'])
  })
})

describe('the legend', () => {
  it('names lines by its template and fills the tip', () => {
    const template = readTemplate('${run:name} lr ${config.lr} [[ ${y} at ${x} ]]')
    const { model } = prepared(
      { a: points([1, 2]) },
      { template, valueOf: (_, key) => (key === 'config.lr' ? 0.1 : undefined) },
    )
    expect(model.series[0]?.label).toBe('run-a lr 0.1000')
    const [reading] = readingsAt(model, 1, 0)
    expect(reading && model.tell?.(reading)).toBe('2 at 1')
  })

  it('keeps tokens it does not know readable', () => {
    expect(
      prepared({ a: points([1]) }, { template: readTemplate('${nonsense} ${metric}') }).model.series[0]?.label,
    ).toBe('– loss')
  })
})

describe('the tip', () => {
  const data = { a: points([1, 5, 1]), b: points([2, 6, 2]), c: points([3, 7, 3]) }
  const readings = readingsAt(prepared(data).model, 1, 0.1)

  it('stands in order of value', () => {
    expect(readings.map(({ series }) => series.run)).toEqual(['c', 'b', 'a'])
  })

  it('has the hovered run first if it would fall off', () => {
    expect(shownReadings(readings, 2, 'a\u0000loss').map(({ series }) => series.run)).toEqual(['a', 'c'])
    expect(shownReadings(readings, 2, 'b\u0000loss').map(({ series }) => series.run)).toEqual(['c', 'b'])
  })

  it('says nothing of lines that are not there yet, or ended', () => {
    expect(readingsAt(prepared({ a: points([1, 2], { from: 10 }) }).model, 30, 2)).toEqual([])
  })
})

describe('an export', () => {
  it('has a line per bucket, every digit, and runs no formula', () => {
    const data = points([0.1, Number.NaN])
    const text = csvOf([{ run: 'a', key: 'loss', data }], new Map([['a', '=cmd("x"), really']]), 'step')
    const [head, first, second] = text.split('\r\n')
    expect(head).toBe('run,name,metric,step,count,min,max,mean,first,last,nan,posinf,neginf')
    expect(first).toBe('a,"\'=cmd(""x""), really",loss,0,1,0.1,0.1,0.1,0.1,0.1,0,0,0')
    expect(second).toContain('NaN,1,0,0')
  })

  it('has a name that every file system takes', () => {
    expect(fileName('val/loss: α?', 'csv')).toBe('val-loss-α.csv')
  })
})
