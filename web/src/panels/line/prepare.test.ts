import { describe, expect, it } from 'vitest'
import { readingsAt, shownReadings } from '../../charts/model'
import { fuse, type SeriesData } from '../../data/series'
import { points } from '../../data/testing'
import type { DrawnRun } from '../context'
import { csvOf, fileName } from './export'
import { type LineInput, prepareLines, spikesOf } from './prepare'

const runs: DrawnRun[] = ['a', 'b', 'c'].map((id, i) => ({ id, name: `run-${id}`, ordinal: i + 1, isLive: id === 'c' }))

function prepared(data: Record<string, SeriesData>, rest: Partial<LineInput> = {}) {
  return prepareLines({
    title: 'loss',
    axis: 'step',
    runs,
    dataOf: run => data[run] ?? null,
    smoothing: 0,
    isLog: false,
    window: null,
    hasRoom: true,
    ...rest,
  })
}

const noisy = (spikeAt = -1): SeriesData =>
  points(Array.from({ length: 20_000 }, (_, i) => (i === spikeAt ? 50 : Math.sin(i) * 0.1)))

describe('a line panel prepared', () => {
  it('leaves out runs without the metric and says so', () => {
    const { model, pills } = prepared({ a: points([1, 2]) })
    expect(model.series.map(({ id }) => id)).toEqual(['a'])
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
    expect(prepared({ a: fuse(noisy(), 200) }).pills[0]?.text).toBe('200 buckets of 20 k')
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
    const { model, pills } = prepared({ a: points([0, 0.01, 1]) }, { isLog: true })
    expect(model.y[0]).toBeGreaterThan(0)
    expect(pills.map(({ text }) => text)).toContain('log, 1 not above 0')
  })

  it('smooths the line and keeps what was logged behind it', () => {
    const data = points([1, 3, 1, 3])
    const { model, pills } = prepared({ a: data }, { smoothing: 0.6 })
    expect(model.series[0]?.raw).toBe(data.mean)
    expect(model.series[0]?.y[3]).toBeLessThan(3)
    expect(pills.map(({ text }) => text)).toContain('smoothed 0.60')
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

describe('the tip', () => {
  const data = { a: points([1, 5, 1]), b: points([2, 6, 2]), c: points([3, 7, 3]) }
  const readings = readingsAt(prepared(data).model, 1, 0.1)

  it('stands in order of value', () => {
    expect(readings.map(({ series }) => series.id)).toEqual(['c', 'b', 'a'])
  })

  it('has the hovered run first if it would fall off', () => {
    expect(shownReadings(readings, 2, 'a').map(({ series }) => series.id)).toEqual(['a', 'c'])
    expect(shownReadings(readings, 2, 'b').map(({ series }) => series.id)).toEqual(['c', 'b'])
  })

  it('says nothing of lines that are not there yet, or ended', () => {
    expect(readingsAt(prepared({ a: points([1, 2], { from: 10 }) }).model, 30, 2)).toEqual([])
  })
})

describe('an export', () => {
  it('has a line per bucket, every digit, and runs no formula', () => {
    const data = points([0.1, Number.NaN], { bits: 64 })
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
