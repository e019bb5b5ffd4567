import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import { forgetDrafts, keepDraftsOf, useDraft } from './drafts'

afterEach(() => {
  cleanup()
  forgetDrafts()
})

function Writer({ of = 'a thing' }: { of?: string }) {
  const draft = useDraft<string>({
    of,
    start: '',
    isChanged: text => text !== '',
    isOnItsWay: false,
    kept: 'It is kept',
  })
  return <input value={draft.value} onChange={event => draft.set(event.target.value)} />
}

const field = () => screen.getByRole<HTMLInputElement>('textbox')

it('a draft is that of its thing', async () => {
  const { rerender } = render(<Writer />)
  await userEvent.type(field(), 'x')
  rerender(<Writer of="another" />)
  expect(field().value).toBe('')
  rerender(<Writer />)
  expect(field().value).toBe('x')
})

it('a draft outlives its page', async () => {
  render(<Writer />)
  await userEvent.type(field(), 'x')
  vi.resetModules()
  const again = await import('./drafts')
  function Reader() {
    return <p>{String(again.useHasDraft('a thing'))}</p>
  }
  render(<Reader />)
  expect(screen.getByText('true')).toBeTruthy()
})

it('nobody else who signs in finds it', async () => {
  keepDraftsOf('ann')
  render(<Writer />)
  await userEvent.type(field(), 'x')
  act(() => keepDraftsOf('ann'))
  expect(field().value).toBe('x')
  act(() => keepDraftsOf('bo'))
  expect(field().value).toBe('')
  expect(sessionStorage.getItem('assay.drafts')).not.toContain('x')
})
