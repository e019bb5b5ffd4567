import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DecodedGroup } from '../../data/arrow'
import type { GroupsRequest } from '../../data/seriesLoader'
import { points } from '../../data/testing'
import { GroupsReader } from './groups'
import type { GroupsQuestion } from './question'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

const question = (keys: string[] = ['loss']): GroupsQuestion => ({
  runSet: { filter: '' },
  by: ['config.optimizer'],
  request: { keys, x: 'step', buckets: 500, middle: 'mean', band: 'std', ended: 'drop', channel: 'history' },
})

/** A project of so many runs, every other one with adam. Remembers what was asked. */
function project(count: number) {
  const asked: GroupsRequest[] = []
  let listings = 0
  let failure: Error | null = null
  const api = {
    readRunKeys: async (_set: unknown, _keys: unknown, limit: number) => {
      listings++
      const runs = Array.from({ length: Math.min(limit, count) }, (_, i) => `r${i}`)
      return { runs, columns: [runs.map((_, i) => (i % 2 ? 'sgd' : 'adam'))], total: count }
    },
    readGroups: async (request: GroupsRequest): Promise<DecodedGroup[]> => {
      asked.push(request)
      if (failure) throw failure
      return request.groups.map(({ label, runs }) => ({ label, key: 'loss', runCount: runs.length, data: points([1]) }))
    },
  }
  return { api, asked, listings: () => listings, fail: (error: Error | null) => (failure = error) }
}

describe('a reader of groups', () => {
  it('asks which runs have equal values, then for their lines', async () => {
    const far = project(4)
    const reader = new GroupsReader(far.api, () => undefined)
    reader.ask(question())
    await vi.advanceTimersByTimeAsync(10)
    expect(far.asked[0]?.groups).toEqual([
      { label: 'adam', runs: ['r0', 'r2'] },
      { label: 'sgd', runs: ['r1', 'r3'] },
    ])
    expect(reader.state).toMatchObject({ isWaiting: false, leftOutRuns: 0 })
    expect(reader.state.members.get('sgd')).toEqual(['r1', 'r3'])
  })

  it('reads again a while after news, once for all of it, and asks for members less often', async () => {
    const far = project(4)
    const reader = new GroupsReader(far.api, () => undefined)
    reader.ask(question())
    await vi.advanceTimersByTimeAsync(10)
    for (let i = 0; i < 5; i++) reader.news()
    await vi.advanceTimersByTimeAsync(3100)
    expect([far.asked.length, far.listings()]).toEqual([2, 1])
    reader.stop()
    reader.news()
    await vi.advanceTimersByTimeAsync(9000)
    expect(far.asked).toHaveLength(2)
  })

  it('says how many runs are too many for one question', async () => {
    const far = project(8000)
    const reader = new GroupsReader(far.api, () => undefined)
    reader.ask(question(['loss', 'acc']))
    await vi.advanceTimersByTimeAsync(10)
    expect(reader.state.leftOutRuns).toBe(5500)
  })

  it('keeps what is drawn when reading it again fails, and says so of another question', async () => {
    const far = project(4)
    const reader = new GroupsReader(far.api, () => undefined)
    reader.ask(question())
    await vi.advanceTimersByTimeAsync(10)
    far.fail(new Error('down'))
    reader.news()
    await vi.advanceTimersByTimeAsync(3100)
    expect([reader.state.groups.length, reader.state.error]).toEqual([2, null])
    reader.ask(question(['acc']))
    await vi.advanceTimersByTimeAsync(10)
    expect(reader.state.error).toEqual(new Error('down'))
  })
})
