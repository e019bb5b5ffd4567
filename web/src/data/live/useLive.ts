/** The live state for the top bar: renders only when the status changes, never per hint. */

import { useSyncExternalStore } from 'react'
import { liveHub } from './browser'
import type { LiveState } from './hub'

export interface Live extends LiveState {
  pause: (isPaused: boolean) => void
  retry: () => void
}

export function useLive(): Live {
  const hub = liveHub()
  const state = useSyncExternalStore(hub.subscribe, hub.getState)
  return { ...state, pause: isPaused => hub.pause(isPaused), retry: () => hub.retry() }
}
