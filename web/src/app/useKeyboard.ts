import { useEffect } from 'react'
import { actionTable, KeyReader } from '../ui/actions'

/** Whether something modal is open: its own keys come first, and the page behind it stays still. */
const isModalOpen = () =>
  document.querySelector(
    '[role="dialog"][data-state="open"], [role="alertdialog"][data-state="open"], [role="menu"][data-state="open"]',
  ) !== null

/** Turns key strokes anywhere into actions of the table. */
export function useKeyboard(): void {
  useEffect(() => {
    const reader = new KeyReader()
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return
      const { actions } = actionTable.getState()
      const possible = isModalOpen() ? actions.filter(action => action.overDialogs) : actions
      const found = reader.read(event, performance.now(), possible)
      if (found === null) return
      event.preventDefault()
      if (found !== 'started') found.perform()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
