import { act, cleanup, renderHook, waitFor } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import type { Look } from '../../../data/run'
import type { RunSession } from '../session'
import { useSearch } from './useSearch'

afterEach(cleanup)

const MATCHES = [10, 20, 30]
const LOOK: Look = { pattern: 'loss', isRegex: false, ignoreCase: true, onlyMatches: false, labels: [], levels: [] }

/** A search in a log whose lines 10, 20 and 30 match; answers wait until they are let go. */
async function open() {
  const waiting: ((fails?: boolean) => void)[] = []
  let isHeld = false
  const search = vi.fn(async (_: Look, { first }: { first: number | null }) => {
    if (isHeld)
      await new Promise<void>((resolve, reject) =>
        waiting.push(fails => (fails ? reject(new Error('gone')) : resolve())),
      )
    const at = MATCHES.findIndex(line => line >= (first ?? 0))
    const matches = at < 0 ? [] : [{ number: MATCHES[at], position: at }]
    return { total: 3, scanned: 40, line_count: 40, is_complete: true, took_ms: 1, matches }
  })
  const session = { api: { search } } as unknown as RunSession
  const shown: number[] = []
  const handlers = { fromLine: () => 0, onMatch: (line: number) => shown.push(line), onGood: () => undefined }
  const { result, rerender } = renderHook(({ look }) => useSearch(session, look, handlers), {
    initialProps: { look: LOOK },
  })
  await waitFor(() => expect(shown).toEqual([10]))
  await waitFor(() => expect(result.current.found?.isComplete).toBe(true))
  isHeld = true
  const answer = async (fails?: boolean): Promise<void> => {
    await waitFor(() => expect(waiting.length).toBeGreaterThan(0))
    await act(async () => waiting.shift()?.(fails))
  }
  return { result, rerender, shown, answer }
}

it('two presses of a key go two matches on, however slow the answers are', async () => {
  const { result, shown, answer } = await open()
  const both = [result.current.step(1), result.current.step(1)]
  await answer()
  await answer()
  await act(() => Promise.all(both))
  expect(shown).toEqual([10, 20, 30])
})

it('a step of a search that was left for another leads nowhere', async () => {
  const { result, rerender, shown, answer } = await open()
  const step = result.current.step(1)
  await waitFor(() => expect(shown).toEqual([10]))
  rerender({ look: { ...LOOK, pattern: '' } })
  await answer()
  await act(() => step)
  expect(shown).toEqual([10])
  expect(result.current.found).toBeNull()
})

it('a step that fails says so, and the next one goes on', async () => {
  const { result, shown, answer } = await open()
  const failed = result.current.step(1)
  await answer(true)
  await act(() => failed)
  expect(result.current.error).toBeInstanceOf(Error)
  const next = result.current.step(1)
  await answer()
  await act(() => next)
  expect(result.current.error).toBeNull()
  expect(shown).toEqual([10, 20])
})
