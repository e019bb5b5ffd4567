import { expect, it } from 'vitest'
import { DEPTH, emptyHistory, type History, redo, remember, undo } from './history'

const filled = (count: number): History<number> => {
  let history: History<number> = emptyHistory
  for (let i = 0; i < count; i++) history = remember(history, { label: `to ${i + 1}`, before: i, after: i + 1 })
  return history
}

it('takes everything back in order and does it again', () => {
  let history = filled(5)
  let now = 5
  for (const expected of [4, 3, 2, 1, 0]) {
    const taken = undo(history, now)!
    ;({ history } = taken)
    now = taken.step.before
    expect(now).toBe(expected)
  }
  expect(undo(history, now)).toBeNull()
  for (const expected of [1, 2, 3, 4, 5]) {
    const taken = redo(history, now)!
    ;({ history } = taken)
    now = taken.step.after
    expect(now).toBe(expected)
  }
})

it('is a hundred deep', () => {
  expect(filled(DEPTH + 20).done).toHaveLength(DEPTH)
})

it('makes one step of a drag', () => {
  let history: History<number> = remember(emptyHistory, { label: 'smoothing', before: 0, after: 1 })
  history = remember(history, { label: 'smoothing', before: 1, after: 2 }, true)
  history = remember(history, { label: 'smoothing', before: 2, after: 3 }, true)
  expect(history.done).toEqual([{ label: 'smoothing', before: 0, after: 3 }])
})

it('passes over what Back took back already', () => {
  const history = filled(3)
  expect(undo(history, 2)!.step.label).toBe('to 2')
})

it('forgets what was undone once something else is done', () => {
  const undone = undo(filled(2), 2)!.history
  expect(remember(undone, { label: 'other', before: 1, after: 9 }).undone).toEqual([])
})
