/** A panel's brush and the run list: what is picked goes there as a condition, and comes back when its chip is taken off. */

import { useContext, useEffect, useRef } from 'react'
import { BrushContext } from './context'
import type { PanelIntents } from './registry'

/** `condition` undefined: not known yet, what was said before holds. `clear` takes the brush out of the panel; it must be stable. */
export function useBrush(
  panel: string,
  condition: string | null | undefined,
  onBrush: PanelIntents['onBrush'],
  clear: () => void,
): void {
  const listed = useContext(BrushContext)[panel]
  /** What the list was told last; undefined: nothing yet. */
  const said = useRef<string | null | undefined>(undefined)
  /** It has been seen in the list. */
  const isListed = useRef(false)
  useEffect(() => {
    if (condition === undefined || condition === said.current) return
    const isFirst = said.current === undefined
    said.current = condition
    isListed.current = false
    // A panel that comes into view says again what the address says already: no step of its own.
    if (!isFirst || condition !== null) onBrush(condition, { replace: isFirst })
  }, [condition, onBrush])
  useEffect(() => {
    if (typeof condition !== 'string' || said.current !== condition) return
    if (listed === condition) isListed.current = true
    else if (listed === undefined && isListed.current) {
      isListed.current = false
      said.current = null
      clear()
    }
  }, [listed, condition, clear])
}
