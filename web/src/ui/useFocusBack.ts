import { useState } from 'react'

/**
 * For what mounts when it opens: gives the focus back to what had it, unless what closed this gave it to something else. By itself
 * Radix looks for a trigger, and ours are opened by state.
 */
export function useFocusBack(): (event: Event) => void {
  // Of the render that mounts it: a field within may take the focus before any effect runs.
  const [before] = useState(() => document.activeElement)
  return event => {
    event.preventDefault()
    if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected)
      before.focus({ preventScroll: true })
  }
}
