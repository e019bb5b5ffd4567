import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ChipsInput, keyMatch, NumberInput, readNumber, Select } from './form'

afterEach(cleanup)

const BOUNDS = { min: 0, max: 10, isInteger: true, mayBeEmpty: false }

describe('a number', () => {
  it('is read as numbers are shown here, within its bounds', () => {
    expect(readNumber('1\u2009000', { ...BOUNDS, max: 2000 })).toEqual({ value: 1000 })
    expect(readNumber('\u22123', { ...BOUNDS, min: -5 })).toEqual({ value: -3 })
    for (const wrong of ['', 'x', '1.5', '-1', '11', 'Infinity'])
      expect(readNumber(wrong, BOUNDS)).toHaveProperty('error')
    expect(readNumber(' ', { ...BOUNDS, mayBeEmpty: true })).toEqual({ value: null })
  })

  it('counts when it is left, and a wrong one changes nothing', async () => {
    const onChange = vi.fn()
    render(<NumberInput label="Buckets" value={5} min={1} max={9} isInteger onChange={onChange} />)
    const field = screen.getByLabelText('Buckets')
    await userEvent.clear(field)
    await userEvent.type(field, '99')
    expect(field.getAttribute('aria-invalid')).toBe('true')
    await userEvent.tab()
    expect((field as HTMLInputElement).value).toBe('5')
    await userEvent.clear(field)
    await userEvent.type(field, '7{Enter}')
    expect(onChange.mock.calls).toEqual([[7]])
  })
})

it('keys are found by words or by a regular expression, which may be wrong', () => {
  const found = (typed: string, isRegex: boolean): string[] => {
    const match = keyMatch(typed, isRegex)
    return 'error' in match ? [] : ['val/loss', 'val/acc', 'Train/Loss'].filter(match.matches)
  }
  expect(found('LOSS val', false)).toEqual(['val/loss'])
  expect(found('loss$', true)).toEqual(['val/loss'])
  expect(keyMatch('(', true)).toHaveProperty('error')
})

it('a choice that nobody offers is shown as it is', () => {
  render(<Select label="Method" value={'hologram'} options={[{ value: 'a', label: 'A' }]} onChange={vi.fn()} />)
  expect(screen.getByDisplayValue('hologram')).toBe(screen.getByLabelText('Method'))
})

it('chips are added from the list or as typed, and taken away', async () => {
  const [onAdd, onRemove] = [vi.fn(), vi.fn()]
  render(
    <ChipsInput
      label="Metrics"
      values={['val/loss']}
      options={[{ key: 'val/loss' }, { key: 'val/acc' }]}
      placeholder="Key"
      onAdd={onAdd}
      onRemove={onRemove}
    />,
  )
  await userEvent.type(screen.getByRole('combobox'), 'acc')
  await userEvent.click(screen.getByRole('option', { name: 'val/acc' }))
  await userEvent.type(screen.getByRole('combobox'), '^val/.*{Enter}')
  expect(onAdd.mock.calls).toEqual([
    ['val/acc', true],
    ['^val/.*', false],
  ])
  await userEvent.type(screen.getByRole('combobox'), '{Backspace}')
  expect(onRemove).toHaveBeenCalledWith('val/loss')
})
