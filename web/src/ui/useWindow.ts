/** Which of many rows of one height are in sight. The scroller's own scrolling renders only when a row comes or goes. */

import { type RefObject, useLayoutEffect, useState } from 'react'

export interface Window {
  /** The row at the upper edge; 0 unless the caller wants it exact. */
  top: number
  first: number
  /** Inclusive; below `first` when there is no row. */
  last: number
  /** The most rows at once while the scroller keeps its height. */
  size: number
}

const OVERSCAN = 6
/** Rows come and go by so many, so that slow scrolling renders seldom. */
const STRIDE = 8

export function windowOf(scrollPx: number, heightPx: number, rowPx: number, count: number): Omit<Window, 'top'> {
  const top = Math.floor(Math.max(0, scrollPx) / rowPx)
  const first = Math.max(0, Math.floor((top - OVERSCAN) / STRIDE) * STRIDE)
  // Always as many: rows that come can then be drawn in the elements of those that go.
  const length = Math.ceil(heightPx / rowPx) + 1 + 2 * OVERSCAN + STRIDE
  return { first: Math.min(first, Math.max(0, count - 1)), last: Math.min(count, first + length) - 1, size: length }
}

/** `isExact`: each row that passes the upper edge renders, for what sticks there. */
export function useWindow(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowPx: number,
  isExact = false,
): Window {
  const [window, setWindow] = useState<Window>({ top: 0, first: 0, last: Math.min(count, 40) - 1, size: 40 })
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const measure = (): void => {
      const top = isExact ? Math.floor(Math.max(0, element.scrollTop) / rowPx) : 0
      const next = { top, ...windowOf(element.scrollTop, element.clientHeight, rowPx, count) }
      setWindow(now =>
        now.first === next.first && now.last === next.last && now.top === next.top && now.size === next.size
          ? now
          : next,
      )
    }
    // oxlint-disable-next-line react/set-state-in-effect -- the place of the scroller is known only now
    measure()
    element.addEventListener('scroll', measure, { passive: true })
    const size = new ResizeObserver(measure)
    size.observe(element)
    return () => {
      element.removeEventListener('scroll', measure)
      size.disconnect()
    }
  }, [scroller, count, rowPx, isExact])
  return window
}
