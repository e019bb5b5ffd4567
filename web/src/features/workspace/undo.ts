/** Taking edits back and doing them again, said aloud. */

import { passUndo, toast } from '../../ui/toasts'
import type { Desk } from './desk'

/** While it is watched, Ctrl Z takes back the newest of what was done: an edit of the page comes before toasts that are older. */
export function watchEdits({ store }: Pick<Desk, 'store'>): () => void {
  return store.state.subscribe(({ history: now }, { history: before }) => {
    if (now.done.length >= before.done.length && now.done.at(-1) !== before.done.at(-1)) passUndo()
  })
}

export function undoEdit(desk: Desk): void {
  const label = desk.store.undo()
  if (label !== null)
    toast({ icon: 'undo', text: `Undid: ${label}`, action: { label: 'Redo', perform: () => redoEdit(desk) } })
}

export function redoEdit(desk: Desk): void {
  const label = desk.store.redo()
  if (label !== null) toast({ icon: 'redo', text: `Did again: ${label}` })
}
