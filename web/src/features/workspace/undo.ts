/** Taking edits back and doing them again, said aloud. */

import { toast } from '../../ui/toasts'
import type { Desk } from './desk'

export function undoEdit(desk: Desk): void {
  const label = desk.store.undo()
  if (label !== null)
    toast({ icon: 'undo', text: `Undid: ${label}`, action: { label: 'Redo', perform: () => redoEdit(desk) } })
}

export function redoEdit(desk: Desk): void {
  const label = desk.store.redo()
  if (label !== null) toast({ icon: 'redo', text: `Did again: ${label}` })
}
