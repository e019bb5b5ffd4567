import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DecodedSeries } from './arrow'
import { ApiError } from './client'
import { MetricStore, placeOf, type Scope } from './metricStore'
import { fuse, tail } from './series'
import { SeriesLoader, type SeriesRequest } from './seriesLoader'
import { points } from './testing'

const SCOPE: Scope = { channel: 'history', axis: 'step', window: null }

/** A server whose runs hold `length` points of `loss` each: y is the step. Remembers what was asked. */
function server(lengths: Record<string, number>) {
  const asked: SeriesRequest[] = []
  let failure: Error | null = null
  const read = async (request: SeriesRequest): Promise<DecodedSeries[]> => {
    asked.push(request)
    if (failure) throw failure
    return request.runs.flatMap(run =>
      request.keys.map(key => {
        const all = points(Array.from({ length: lengths[run] ?? 0 }, (_, i) => i))
        const from = request.since === undefined ? 0 : request.since + 1
        const data = fuse(tail(all, from), request.buckets)
        return { run, key, data: { ...data, lastStep: (lengths[run] ?? 0) - 1 } }
      }),
    )
  }
  return { asked, read, lengths, fail: (error: Error | null) => (failure = error) }
}

function held(lengths: Record<string, number>) {
  const far = server(lengths)
  const store = new MetricStore({ schedule: flush => queueMicrotask(flush) })
  const loader = new SeriesLoader(store, far.read, () => Date.now())
  const ys = (run: string): number[] => [...(store.get(placeOf(SCOPE, run, 'loss'))?.data?.mean ?? [])]
  return { ...far, store, loader, ys }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())
const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1100)

describe('the series loader', () => {
  it('asks once for what two panels show', async () => {
    const { loader, asked } = held({ a: 3 })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 })
    await settled()
    expect(asked).toHaveLength(1)
  })

  it('asks only for runs that were not there yet', async () => {
    const { loader, asked } = held({ a: 3, b: 3 })
    const watched = loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 })
    await settled()
    watched.update({ scope: SCOPE, keys: ['loss'], runs: ['a', 'b'], buckets: 100 })
    await settled()
    expect(asked.map(request => request.runs)).toEqual([['a'], ['b']])
  })

  it('asks finer buckets only where points were fused', async () => {
    const { loader, asked } = held({ short: 50, long: 5000 })
    const watched = loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['short', 'long'], buckets: 100 })
    await settled()
    watched.update({ scope: SCOPE, keys: ['loss'], runs: ['short', 'long'], buckets: 500 })
    await settled()
    expect(asked.at(-1)).toMatchObject({ runs: ['long'], buckets: 500 })
  })

  it('keeps the finer of two answers, whichever comes last', async () => {
    const far = server({ long: 5000 })
    const slow = async (request: SeriesRequest): Promise<DecodedSeries[]> => {
      const answer = await far.read(request)
      await new Promise(resolve => setTimeout(resolve, request.buckets < 500 ? 600 : 100))
      return answer
    }
    const store = new MetricStore({ schedule: flush => queueMicrotask(flush) })
    const loader = new SeriesLoader(store, slow, () => Date.now())
    const rows = (): number => store.get(placeOf(SCOPE, 'long', 'loss'))?.data?.rows ?? 0
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['long'], buckets: 500 })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['long'], buckets: 100 })
    await settled()
    expect(far.asked.map(request => request.buckets)).toEqual([500, 100])
    expect(rows()).toBe(500)
  })

  it('reads only what followed after a hint, for all runs in step together', async () => {
    const { loader, asked, lengths, ys } = held({ a: 3, b: 4 })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a', 'b'], buckets: 100 })
    await settled()
    lengths.a = 5
    lengths.b = 6
    loader.hint('a', 4, ['loss'])
    loader.hint('b', 5, ['loss'])
    await settled()
    expect(asked).toHaveLength(2)
    expect(asked[1]).toMatchObject({ runs: ['a', 'b'], since: 2 })
    expect(ys('a')).toEqual([0, 1, 2, 3, 4])
    expect(ys('b')).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('reads and redraws once for runs whose hints come one after the other', async () => {
    const { loader, store, asked, lengths } = held({ a: 3, b: 3, c: 3000 })
    const runs = ['a', 'b', 'c']
    loader.watch({ scope: SCOPE, keys: ['loss'], runs, buckets: 5000 })
    await settled()
    let draws = 0
    store.subscribe(
      runs.map(run => placeOf(SCOPE, run, 'loss')),
      () => draws++,
    )
    for (const run of runs) {
      const step = (lengths[run] as number) + 1
      lengths[run] = step + 1
      loader.hint(run, step, ['loss'])
      await vi.advanceTimersByTimeAsync(150)
    }
    await settled()
    // The third is too far ahead to be asked for with the others; its answer is still drawn with theirs.
    expect(asked.slice(1).map(request => request.runs)).toEqual([['a', 'b'], ['c']])
    expect(draws).toBe(1)
  })

  it('reads once a second while hints never pause', async () => {
    const { loader, asked, lengths } = held({ a: 3 })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 })
    await settled()
    for (let i = 0; i < 100; i++) {
      lengths.a = 4 + i
      loader.hint('a', 3 + i, ['loss'])
      await vi.advanceTimersByTimeAsync(50)
    }
    expect(asked.length - 1).toBeGreaterThanOrEqual(4)
    expect(asked.length - 1).toBeLessThanOrEqual(5)
  })

  it('asks nothing for hints about what is not on screen', async () => {
    const { loader, asked } = held({ a: 3 })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 })
    await settled()
    loader.hint('z', 9, ['loss'])
    loader.hint('a', 9, ['acc'])
    await settled()
    expect(asked).toHaveLength(1)
  })

  it('reads what followed while nobody looked, when somebody looks again', async () => {
    const { loader, lengths, asked, ys } = held({ a: 3, b: 3 })
    const view = { scope: SCOPE, keys: ['loss'], runs: ['a', 'b'], buckets: 100 }
    loader.watch(view).stop()
    const watched = loader.watch(view)
    await settled()
    watched.stop()
    lengths.a = 5
    loader.hint('a', 4, ['loss'])
    await settled()
    const before = asked.length
    loader.watch(view)
    await settled()
    expect(ys('a')).toEqual([0, 1, 2, 3, 4])
    expect(asked.slice(before)).toMatchObject([{ runs: ['a'], since: 2 }])
  })

  it('reads a run that was hidden, rewound and went on as a whole when it is shown again', async () => {
    const { loader, lengths, asked, ys } = held({ a: 10, b: 3 })
    const watched = loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a', 'b'], buckets: 100 })
    await settled()
    watched.update({ scope: SCOPE, keys: ['loss'], runs: ['b'], buckets: 100 })
    lengths.a = 12
    for (const step of [9, 4, 11]) loader.hint('a', step, ['loss'])
    await settled()
    watched.update({ scope: SCOPE, keys: ['loss'], runs: ['a', 'b'], buckets: 100 })
    await settled()
    expect(asked.at(-1)).toMatchObject({ runs: ['a'] })
    expect(asked.at(-1)?.since).toBeUndefined()
    expect(ys('a')).toHaveLength(12)
  })

  it('reads again after a gap what was kept meanwhile', async () => {
    const { loader, lengths, ys } = held({ a: 3 })
    const view = { scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 }
    const watched = loader.watch(view)
    await settled()
    watched.stop()
    lengths.a = 4
    loader.catchUp()
    await settled()
    loader.watch(view)
    await settled()
    expect(ys('a')).toEqual([0, 1, 2, 3])
  })

  it('reads a rewound run as a whole', async () => {
    const { loader, lengths, ys } = held({ a: 10 })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 })
    await settled()
    lengths.a = 5
    loader.hint('a', 4, [])
    await settled()
    expect(ys('a')).toEqual([0, 1, 2, 3, 4])
  })

  it('reads again as a whole where so much followed that it no longer fits point by point', async () => {
    const { loader, lengths, store } = held({ a: 10, b: 400 })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a', 'b'], buckets: 50 })
    await settled()
    lengths.b = 700
    loader.hint('a', 9, [])
    loader.hint('b', 699, [])
    await settled()
    const data = store.get(placeOf(SCOPE, 'b', 'loss'))?.data
    expect(data).toMatchObject({ pointCount: 700, lastStep: 699 })
    expect((data?.count ?? new Uint32Array()).reduce((sum, n) => sum + n, 0)).toBe(700)
  })

  it('moves nothing while paused, and everything after', async () => {
    const { loader, lengths, ys } = held({ a: 3 })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 })
    await settled()
    loader.pause(true)
    lengths.a = 4
    loader.hint('a', 3, [])
    await settled()
    expect(ys('a')).toHaveLength(3)
    loader.pause(false)
    await settled()
    expect(ys('a')).toHaveLength(4)
  })

  it('says what failed and reads it on retry', async () => {
    const { loader, store, fail } = held({ a: 3 })
    fail(new Error('down'))
    const watched = loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 })
    await settled()
    expect(store.get(placeOf(SCOPE, 'a', 'loss'))?.status).toBe('failed')
    fail(null)
    watched.retry()
    await settled()
    expect(store.get(placeOf(SCOPE, 'a', 'loss'))).toMatchObject({ status: 'ready', error: null })
  })

  it('reads what followed again where one live answer failed, and not what the server refuses', async () => {
    const { loader, lengths, asked, fail, ys } = held({ a: 3 })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 })
    await settled()
    lengths.a = 5
    fail(new TypeError('Failed to fetch'))
    loader.hint('a', 4, ['loss'])
    await settled()
    const before = asked.length
    await settled()
    expect(asked).toHaveLength(before)
    fail(null)
    await vi.advanceTimersByTimeAsync(5000)
    expect(ys('a')).toEqual([0, 1, 2, 3, 4])
    fail(new ApiError({ status: 422, code: 'invalid_expression' }))
    loader.hint('a', 5, ['loss'])
    await settled()
    const refused = asked.length
    await vi.advanceTimersByTimeAsync(20_000)
    expect(asked).toHaveLength(refused)
  })

  it('gives up a waiting request when its panel leaves', async () => {
    const store = new MetricStore({ schedule: queueMicrotask })
    const signals: AbortSignal[] = []
    const loader = new SeriesLoader(store, (_, signal) => {
      signals.push(signal)
      return new Promise(() => undefined)
    })
    loader.watch({ scope: SCOPE, keys: ['loss'], runs: ['a'], buckets: 100 }).stop()
    expect(signals[0]?.aborted).toBe(true)
  })
})
