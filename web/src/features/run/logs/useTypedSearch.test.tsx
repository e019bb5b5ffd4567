import { act, renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'
import { useTypedSearch } from './useTypedSearch'

const open = () => {
  const { result, rerender } = renderHook(({ value }) => useTypedSearch(value), { initialProps: { value: '' } })
  return {
    typed: () => result.current[0],
    type: (text: string) => act(() => result.current[1](text)),
    come: (value: string) => rerender({ value }),
  }
}

it('the field follows Back', () => {
  const { typed, type, come } = open()
  for (const text of ['error', 'loss']) {
    type(text)
    come(text)
  }
  come('error')
  expect(typed()).toBe('error')
})

it('an address that comes late overwrites nothing', () => {
  const { typed, type, come } = open()
  for (const text of ['l', 'lo', 'los']) type(text)
  for (const value of ['l', 'los']) {
    come(value)
    expect(typed()).toBe('los')
  }
})
