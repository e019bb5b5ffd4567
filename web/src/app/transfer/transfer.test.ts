import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../../data/client'
import { RunsApi, type Transfer } from '../../data/runs'
import { goalOf } from './TransferForm'
import { refusedOf, saidOf } from './transfer'

const names = new Map([['r1', 'calm-sea']])

describe('what is said of a transfer', () => {
  it('names one run, and its new id where it has one', () => {
    const sum: Transfer = { runs: [{ id: 'r1', new_id: 'r1-2' }], refused: [], undos: [] }
    expect(saidOf('Moved', sum, names, 'ann/b')).toBe('Moved calm-sea to ann/b, as r1-2')
  })

  it('counts many, and groups what was refused by reason', () => {
    const sum: Transfer = {
      runs: [
        { id: 'a', new_id: 'a' },
        { id: 'b', new_id: 'b-2' },
      ],
      refused: [
        { id: 'c', reason: 'It is running.' },
        { id: 'd', reason: 'It is running.' },
        { id: 'e', reason: 'It is in the trash.' },
      ],
      undos: [],
    }
    expect(saidOf('Copied', sum, names, 'ann/b')).toBe('Copied 2 runs to ann/b, 1 with a new id')
    expect(refusedOf(sum.refused, names)).toBe('2 runs stay: It is running; 1 run for other reasons')
  })
})

describe('a project that is typed', () => {
  it('is completed with the entity, or is none', () => {
    expect(goalOf(' digits ', 'ann')).toBe('ann/digits')
    expect(goalOf('red/digits', 'ann')).toBe('red/digits')
    expect(goalOf('a/b/c', 'ann')).toBe('')
    expect(goalOf('no spaces', 'ann')).toBe('')
  })
})

describe('a transfer', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('goes on with what remains under one undo, waits while the server is busy, and stops when told', async () => {
    vi.useFakeTimers()
    const bodies: { ids: string[]; undo?: string }[] = []
    const answers = [
      { status: 200, body: { project: 'ann/b', runs: [{ id: 'a', new_id: 'a' }], remaining: ['b', 'c'], undo: 'u1' } },
      { status: 429, body: { status: 429, detail: 'A backup is being made.' } },
      { status: 200, body: { project: 'ann/b', runs: [{ id: 'b', new_id: 'b' }], remaining: ['c'], undo: 'u1' } },
    ]
    vi.stubGlobal('fetch', (_url: string, options: { body: string }) => {
      bodies.push(JSON.parse(options.body) as { ids: string[] })
      const { status, body } = answers.shift()!
      return Promise.resolve(new Response(JSON.stringify(body), { status }))
    })
    const sum: Transfer = { runs: [], refused: [], undos: [] }
    const heard: number[] = []
    const going = new RunsApi('ann', 'a').transfer('move', ['a', 'b', 'c'], 'ann/b', sum, async done => {
      heard.push(done)
      return done < 2
    })
    await vi.runAllTimersAsync()
    await going
    vi.useRealTimers()
    expect(bodies.map(({ ids }) => ids)).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
      ['b', 'c'],
    ])
    expect(bodies.map(({ undo }) => undo)).toEqual(['', 'u1', 'u1'])
    expect([sum.runs.length, sum.undos, heard]).toEqual([2, ['u1'], [1, 2]])
  })

  it('tells what went before it failed', async () => {
    const answers = [
      { status: 200, body: { project: 'ann/b', runs: [{ id: 'a', new_id: 'a' }], remaining: ['b'], undo: 'u1' } },
      { status: 507, body: { status: 507, detail: 'full' } },
    ]
    vi.stubGlobal('fetch', () => {
      const { status, body } = answers.shift()!
      return Promise.resolve(new Response(JSON.stringify(body), { status }))
    })
    const sum: Transfer = { runs: [], refused: [], undos: [] }
    const going = new RunsApi('ann', 'a').transfer('copy', ['a', 'b'], 'ann/b', sum, () => Promise.resolve(true))
    await expect(going).rejects.toThrow(ApiError)
    expect([sum.runs.length, sum.undos]).toEqual([1, ['u1']])
  })
})
