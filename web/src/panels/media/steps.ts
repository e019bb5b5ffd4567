/** The step that media panels of one page show together, outside React while a slider moves: all of them follow it in one frame. */

import { useEffect, useRef, useState } from 'react'
import { createStore, type StoreApi, useStore } from 'zustand'
import { useContext } from 'react'
import { MediaStepContext, usePanelServices } from '../context'

interface StepState {
  step: number | null
}

const byPage = new WeakMap<object, StoreApi<StepState>>()

/** `page`: what lives as long as the page does. */
export function stepStore(page: object): StoreApi<StepState> {
  let store = byPage.get(page)
  if (!store) byPage.set(page, (store = createStore<StepState>(() => ({ step: null }))))
  return store
}

export interface StepChoice {
  /** Null: the newest. */
  step: number | null
  /** While a slider moves. */
  show: (step: number | null) => void
}

/** The page's step for panels that follow it; else the panel's own. */
export function useStep(own: number | undefined, isSynced: boolean): StepChoice {
  const { store: page } = usePanelServices()
  const store = stepStore(page)
  const said = useContext(MediaStepContext)
  const shared = useStore(store, state => state.step)
  // While the slider moves; what the panel says afterwards wins.
  const [moving, setMoving] = useState<{ step: number | null; from: number | undefined } | null>(null)
  useEffect(() => store.setState({ step: said }), [store, said])
  if (isSynced) return { step: shared ?? own ?? null, show: step => store.setState({ step }) }
  const step = moving && moving.from === own ? moving.step : (own ?? null)
  return { step, show: next => setMoving({ step: next, from: own }) }
}

/** The value once it has stood still: a slider that passes a hundred steps asks for few of them. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  const first = useRef(true)
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
