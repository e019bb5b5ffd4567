import { afterEach, expect, it, vi } from 'vitest'
import { isUndoOffered, toast } from '../../ui/toasts'
import { setPageSettings } from './edits'
import { PageStore } from './pageStore'
import { watchEdits } from './undo'
import { defaultView } from './view'

let stop = (): void => undefined
let dismiss = (): void => undefined
afterEach(() => {
  stop()
  dismiss()
})

it('Ctrl Z is for the newest of a change that a toast offers to take back and an edit of the page', () => {
  const store = new PageStore(vi.fn(), { keep: async () => 'k' })
  store.follow({}, defaultView(), undefined, null)
  stop = watchEdits({ store })
  dismiss = toast({ text: 'Deleted a run', undo: vi.fn() })
  expect(isUndoOffered()).toBe(true)
  store.edit(now => setPageSettings(now, { x: 'time' }))
  expect(isUndoOffered()).toBe(false)
  dismiss()
  dismiss = toast({ text: 'Deleted another', undo: vi.fn() })
  expect(isUndoOffered()).toBe(true)
  store.undo()
  expect(isUndoOffered()).toBe(true)
})
