/** The place in the top bar that the page fills. */

import { type ReactNode, useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'

export const PAGE_SLOT = 'topbar-page'

export function InTopBar({ children }: { children: ReactNode }) {
  const slot = useSyncExternalStore(
    () => () => undefined,
    () => document.getElementById(PAGE_SLOT),
  )
  return slot && createPortal(children, slot)
}
