import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { TipProvider } from '../../ui/Tip'
import { SearchInput } from './SearchInput'

afterEach(cleanup)

it('says what the list is searched for, also when Forward brings back what was typed', async () => {
  let asked = ''
  const field = (value: string) => (
    <TipProvider>
      <SearchInput label="Find runs" placeholder="" keys="/" value={value} onChange={next => (asked = next)} />
    </TipProvider>
  )
  const { rerender } = render(field(''))
  const input = screen.getByLabelText<HTMLInputElement>('Find runs')
  fireEvent.change(input, { target: { value: 'otter' } })
  fireEvent.keyDown(input, { key: 'Enter' })
  await waitFor(() => expect(asked).toBe('otter'))
  rerender(field(asked))
  expect(input.value).toBe('otter')
  rerender(field(''))
  expect(input.value).toBe('')
  rerender(field('otter'))
  expect(input.value).toBe('otter')
})
