import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { perform } from './actions'
import { isUndoOffered, jobToast, passUndo, toast, Toasts } from './toasts'

beforeEach(() => {
  vi.useFakeTimers()
  render(<Toasts />)
})
afterEach(() => {
  pass(60_000)
  cleanup()
  vi.useRealTimers()
})

/** The braces keep the result, which looks like a promise, from `act`. */
const pass = (ms: number) =>
  act(() => {
    vi.advanceTimersByTime(ms)
  })
const texts = () => [...document.querySelectorAll('.toast > span')].map(element => element.textContent)
const show = (content: Parameters<typeof toast>[0]) => act(() => void toast(content))

describe('toasts', () => {
  it('stay for eight seconds', () => {
    show({ text: 'one' })
    pass(7_900)
    expect(texts()).toEqual(['one'])
    pass(200)
    expect(texts()).toEqual([])
  })

  it('wait while the pointer is on them', () => {
    show({ text: 'one' })
    fireEvent.pointerEnter(screen.getByText('one').parentElement!)
    pass(30_000)
    expect(texts()).toEqual(['one'])
    fireEvent.pointerLeave(screen.getByText('one').parentElement!)
    pass(8_100)
    expect(texts()).toEqual([])
  })

  it('are three at most, the newest ones', () => {
    for (const text of ['one', 'two', 'three', 'four']) show({ text })
    expect(texts()).toEqual(['two', 'three', 'four'])
  })

  it('leave a job its place until it ends', () => {
    let job: ReturnType<typeof jobToast> | undefined
    act(() => {
      job = jobToast({ text: 'Moving 300 runs' })
    })
    const shown = () => texts().filter(Boolean)
    for (const text of ['one', 'two', 'three', 'four']) show({ text })
    expect(shown()).toEqual(['Moving 300 runs', 'three', 'four'])
    act(() => job?.update({ text: 'Half of them' }))
    expect(shown()[0]).toBe('Half of them')
    act(() => job?.end())
    expect(shown()).toEqual(['three', 'four'])
  })

  it('take the newest change back, once, by button or by key', () => {
    const undo = { first: vi.fn(), second: vi.fn() }
    show({ text: 'Deleted 3 runs', undo: undo.first })
    show({ text: 'Hidden', undo: undo.second })
    act(() => void perform('undo'))
    expect([undo.first.mock.calls.length, undo.second.mock.calls.length]).toEqual([0, 1])
    fireEvent.click(screen.getByRole('button', { name: /Undo/ }))
    expect([undo.first.mock.calls.length, undo.second.mock.calls.length]).toEqual([1, 1])
    expect(perform('undo')).toBe(false)
  })

  it('leave the key to what was done since, and keep their button', () => {
    const undo = vi.fn()
    show({ text: 'Deleted 3 runs', undo })
    act(passUndo)
    expect(isUndoOffered()).toBe(false)
    expect(perform('undo')).toBe(false)
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
    expect(undo).toHaveBeenCalledOnce()
  })
})
