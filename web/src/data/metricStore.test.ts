import { describe, expect, it } from 'vitest'
import { MetricStore, placeOf, type Scope } from './metricStore'
import { points } from './testing'

const SCOPE: Scope = { channel: 'history', axis: 'step', window: null }
const A = placeOf(SCOPE, 'a', 'loss')
const B = placeOf(SCOPE, 'b', 'loss')

function held(): { store: MetricStore; flush: () => void } {
  const frames: (() => void)[] = []
  const store = new MetricStore({ schedule: flush => void frames.push(flush), cacheBytes: 1400 })
  return { store, flush: () => frames.splice(0).forEach(frame => frame()) }
}

describe('the metric store', () => {
  it('calls a subscriber once a frame, however many of its series changed', () => {
    const { store, flush } = held()
    let calls = 0
    store.subscribe([A, B], () => calls++)
    store.put(A, points([1, 2]), 100)
    store.put(B, points([1, 2]), 100)
    store.append(A, points([3], { from: 2 }))
    expect(calls).toBe(0)
    flush()
    expect(calls).toBe(1)
    flush()
    expect(calls).toBe(1)
  })

  it('leaves subscribers of other series alone', () => {
    const { store, flush } = held()
    let calls = 0
    store.subscribe([B], () => calls++)
    store.put(A, points([1]), 100)
    flush()
    expect(calls).toBe(0)
  })

  it('fuses a series that outgrew its panel and loses nothing of it', () => {
    const { store } = held()
    store.expect(A)
    store.put(A, points([0]), 100)
    for (let i = 1; i <= 1000; i++) store.append(A, points([i === 400 ? 99 : 0], { from: i }))
    const data = store.get(A)?.data
    expect(data?.rows).toBeLessThanOrEqual(200)
    expect(data?.pointCount).toBe(1001)
    expect(Math.max(...(data?.max ?? []))).toBe(99)
  })

  it('keeps what is drawn when a read fails', () => {
    const { store } = held()
    store.put(A, points([1, 2, 3]), 100)
    store.fail(A, new Error('gone'))
    expect(store.get(A)).toMatchObject({ status: 'ready', error: new Error('gone') })
    store.fail(B, new Error('gone'))
    expect(store.get(B)?.status).toBe('failed')
  })

  it('forgets what nobody has looked at for longest, never what is on screen', () => {
    const { store } = held()
    const places = ['r1', 'r2', 'r3'].map(run => placeOf(SCOPE, run, 'loss'))
    const stops = places.map(place => store.subscribe([place], () => undefined))
    for (const place of places) store.put(place, points(Array.from({ length: 20 }, () => 1)), 100)
    stops[0]?.()
    stops[1]?.()
    expect(places.map(place => store.get(place) !== undefined)).toEqual([false, true, true])
  })
})
