/** When what could not be loaded is tried again: the network is back, the server answers again, or the place comes into sight again. */

import { type RefObject, useEffect, useRef } from 'react'
import { liveHub } from '../../data/live/browser'

/** Calls `retry`, while there is one, whenever it may succeed now. `place`: where the reader would see it. */
export function useAgain(retry: (() => void) | null, place?: RefObject<Element | null>): void {
  const latest = useRef(retry)
  useEffect(() => {
    latest.current = retry
  })
  const isFailed = retry !== null
  useEffect(() => {
    if (!isFailed) return
    const again = (): void => latest.current?.()
    const hub = liveHub()
    let { status } = hub.getState()
    const stop = hub.subscribe(() => {
      const isBack = status !== 'live' && hub.getState().status === 'live'
      status = hub.getState().status
      if (isBack) again()
    })
    let wasAway = false
    const observer = new IntersectionObserver(entries => {
      for (const { isIntersecting } of entries) {
        if (isIntersecting && wasAway) again()
        wasAway = !isIntersecting
      }
    })
    if (place?.current) observer.observe(place.current)
    window.addEventListener('online', again)
    return () => {
      stop()
      observer.disconnect()
      window.removeEventListener('online', again)
    }
  }, [isFailed, place])
}
