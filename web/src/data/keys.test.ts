import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { matching, MetricKeys, nearestKey } from './keys'
import type { ColumnPage } from './project'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A project with metrics of these names, and hints that name some. */
function project(names: string[]) {
  const listeners = new Set<(keys: readonly string[]) => void>()
  let reads = 0
  const api = {
    columns: async (): Promise<ColumnPage> => {
      reads++
      return {
        columns: names.map(key => ({ key, section: 'metric', kinds: ['f'], run_count: 3, is_distinct: false })),
        total: names.length,
      }
    },
  }
  const loader = {
    onKeys: (listener: (keys: readonly string[]) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const hint = (...keys: string[]): void => listeners.forEach(listener => listener(keys))
  return { api, loader, hint, names, reads: () => reads, listening: () => listeners.size }
}

describe('the names of metrics', () => {
  it('are read once for all who ask, and again when a hint names a new one', async () => {
    const far = project(['loss'])
    const book = new MetricKeys(far, 'metric')
    let changes = 0
    const stops = [book.subscribe(() => changes++), book.subscribe(() => undefined)]
    await vi.advanceTimersByTimeAsync(10)
    expect([book.names, far.reads(), changes]).toEqual([['loss'], 1, 1])
    far.names.push('acc')
    far.hint('loss')
    await vi.advanceTimersByTimeAsync(5000)
    expect(far.reads()).toBe(1)
    far.hint('acc')
    far.hint('acc')
    await vi.advanceTimersByTimeAsync(5000)
    expect([book.names, far.reads(), changes]).toEqual([['loss', 'acc'], 2, 2])
    for (const stop of stops) stop()
    expect(far.listening()).toBe(0)
  })

  it('are found by a regular expression, in order', () => {
    expect(matching(['val/loss', 'train/loss', 'val/acc'], '^val/')).toEqual(['val/acc', 'val/loss'])
    expect(() => matching(['a'], '(')).toThrow()
  })

  it('are found when nearly right, and not when far', () => {
    const keys = [
      { name: 'train/loss', runCount: 128 },
      { name: 'train/lr', runCount: 4 },
    ]
    expect(nearestKey(keys, 'train/los')?.name).toBe('train/loss')
    expect(nearestKey(keys, 'epoch')).toBeNull()
  })
})
