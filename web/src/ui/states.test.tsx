import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FailureMessage, Loading } from './states'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const page = (isLoading: boolean) => (
  <Loading isLoading={isLoading} skeleton={<p>bones</p>}>
    {() => <p>content</p>}
  </Loading>
)
const seen = () => document.body.textContent
const pass = (ms: number) =>
  act(() => {
    vi.advanceTimersByTime(ms)
  })

describe('a page that waits for its data', () => {
  it('shows no skeleton for a quick answer', () => {
    const { rerender } = render(page(true))
    pass(119)
    expect(seen()).toBe('')
    rerender(page(false))
    expect(seen()).toBe('content')
    pass(1_000)
    expect(seen()).toBe('content')
  })

  it('shows it after 120 ms, and then for at least 200', () => {
    const { rerender } = render(page(true))
    pass(121)
    expect(seen()).toContain('bones')
    rerender(page(false))
    pass(100)
    expect(seen()).toContain('bones')
    pass(110)
    expect(seen()).toBe('content')
  })

  it('goes at once when the answer took long', () => {
    const { rerender } = render(page(true))
    pass(121)
    pass(5_000)
    rerender(page(false))
    pass(1)
    expect(seen()).toBe('content')
  })
})

describe('a failure', () => {
  it('says what happened, what is safe, its id, and offers to try again', () => {
    const onRetry = vi.fn()
    const failure = { title: 'The run list could not be read', detail: 'Nothing was changed.', id: 'err-7f3a' }
    render(<FailureMessage failure={failure} onRetry={onRetry} />)
    expect(screen.getByRole('heading').textContent).toBe(failure.title)
    expect(screen.getByRole('alert').textContent).toBe(failure.detail)
    expect(screen.getByText('err-7f3a')).toBeTruthy()
    screen.getByRole('button', { name: 'Try again' }).click()
    expect(onRetry).toHaveBeenCalledOnce()
  })
})
