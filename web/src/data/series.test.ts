import { describe, expect, it } from 'vitest'
import { EMPTY_SERIES, finiteCount, fuse, GrowingSeries, type SeriesData, tail } from './series'
import { points } from './testing'

/** Sum, extremes and counts: what fusing may not change. */
function facts(data: SeriesData): unknown {
  let sum = 0
  let count = 0
  let nan = 0
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < data.rows; i++) {
    count += data.count[i] as number
    const n = finiteCount(data, i)
    nan += data.nan[i] as number
    if (n === 0) continue
    sum += n * (data.mean[i] as number)
    low = Math.min(low, data.min[i] as number)
    high = Math.max(high, data.max[i] as number)
  }
  return { sum: Math.round(sum * 1e6) / 1e6, count, nan, low, high, points: data.pointCount, lastStep: data.lastStep }
}

describe('fusing buckets', () => {
  it('keeps counts, sums and extremes exactly, also of a spike one step wide', () => {
    const y = Array.from({ length: 5000 }, (_, i) => (i === 3217 ? 1000 : Math.sin(i)))
    y[17] = Number.NaN
    const data = points(y)
    const fused = fuse(data, 100)
    expect(fused.rows).toBeLessThanOrEqual(100)
    expect(fused.isRaw).toBe(false)
    expect(facts(fused)).toEqual(facts(data))
    expect(facts(fuse(fused, 7))).toEqual(facts(data))
  })

  it('leaves a short series as it is', () => {
    const data = points([1, 2, 3])
    expect(fuse(data, 3)).toBe(data)
  })

  it('holds points that share one x', () => {
    const data = points([1, 5, 3], { x: [4, 4, 4] })
    expect(fuse(data, 2)).toMatchObject({ rows: 1 })
    expect(facts(fuse(data, 2))).toEqual(facts(data))
  })
})

describe('a growing series', () => {
  it('adds rows at the end, and earlier views stay right', () => {
    const growing = new GrowingSeries(points([1, 2]))
    const before = growing.view
    expect(growing.append(points([3, 4, 5], { from: 2 }))).toBe(true)
    expect([...growing.view.mean]).toEqual([1, 2, 3, 4, 5])
    expect([...before.mean]).toEqual([1, 2])
    expect(growing.view).toMatchObject({ rows: 5, pointCount: 5, lastStep: 4, isRaw: true })
  })

  it('refuses rows that do not follow', () => {
    const growing = new GrowingSeries(points([1, 2, 3]))
    expect(growing.append(points([9], { from: 1 }))).toBe(false)
    expect(growing.view.rows).toBe(3)
  })

  it('begins with nothing', () => {
    const growing = new GrowingSeries(EMPTY_SERIES)
    for (let i = 0; i < 300; i++) growing.append(points([i], { from: i }))
    expect(growing.view.rows).toBe(300)
    expect(growing.view.mean[299]).toBe(299)
  })
})

describe('a tail', () => {
  it('has the points of its rows', () => {
    expect(tail(points([1, Number.NaN, 3]), 1)).toMatchObject({ rows: 2, pointCount: 2 })
  })
})
