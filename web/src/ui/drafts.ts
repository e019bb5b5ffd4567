/**
 * What is being written and not sent yet, by what it is of. Closing an editor, leaving its page or reloading it loses none of it:
 * who opens the editor again in the same tab finds the text, until it was sent or thrown away on purpose.
 */

import { useEffect, useRef, useState } from 'react'
import { createStore, useStore } from 'zustand'
import { toast } from './toasts'

const KEY = 'assay.drafts'

interface Kept {
  /** Whose they are: nobody else who signs in here sees them. */
  owner: string
  drafts: Readonly<Record<string, unknown>>
}

const store = createStore<Kept>(() => read())
store.subscribe(state => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state))
  } catch {
    // A full or forbidden storage keeps them for as long as the page.
  }
})

/** How an offer to bring a draft back is taken away. */
const offers = new Map<string, () => void>()

function read(): Kept {
  try {
    const { owner, drafts } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Kept>
    return { owner: owner ?? '', drafts: drafts ?? {} }
  } catch {
    return { owner: '', drafts: {} }
  }
}

function put(key: string, value: unknown): void {
  offers.get(key)?.()
  offers.delete(key)
  store.setState(({ drafts: before }) => {
    const { [key]: _, ...others } = before
    return { drafts: value === undefined ? others : { ...others, [key]: value } }
  })
}

/** Says who is signed in; what somebody else wrote in this tab is forgotten. */
export function keepDraftsOf(owner: string): void {
  const { owner: before, drafts } = store.getState()
  if (before !== owner) store.setState({ owner, drafts: before === '' ? drafts : {} })
}

export const forgetDrafts = (): void => store.setState({ owner: '', drafts: {} })

/** Whether something of it was written and not sent. */
export const useHasDraft = (key: string): boolean => useStore(store, ({ drafts }) => key in drafts)

export interface Draft<T> {
  value: T
  /** It was written before this editor opened. */
  isFound: boolean
  set: (value: T) => void
  /** It was sent: it is no draft any more. */
  drop: () => void
  /** Throws it away, which can be undone. `reopen` shows the editor again. */
  discard: (reopen?: () => void) => void
}

export function useDraft<T>({
  of: key,
  start,
  isChanged,
  isOnItsWay,
  kept,
}: {
  /** What is written, unmistakably; each editor of the same thing finds the same draft. */
  of: string
  /** What an editor begins with. */
  start: T
  /** Whether a value says more than `start`. */
  isChanged: (value: T) => boolean
  /** It is being sent: whoever sends it says how that ends. */
  isOnItsWay: boolean
  /** Said where the editor closes over what was written: that it is not sent, and where it is. */
  kept: string
}): Draft<T> {
  const found = useStore(store, ({ drafts }) => drafts[key]) as T | undefined
  const [wasFound, setWasFound] = useState(found !== undefined)
  const latest = useRef({ kept, isOnItsWay })
  useEffect(() => {
    latest.current = { kept, isOnItsWay }
  }, [kept, isOnItsWay])
  useEffect(() => {
    const before = store.getState().drafts[key]
    return () => {
      const after = store.getState().drafts[key]
      if (after !== undefined && after !== before && !latest.current.isOnItsWay)
        toast({ icon: 'edit', text: latest.current.kept })
    }
  }, [key])
  return {
    value: found === undefined ? start : found,
    isFound: wasFound && found !== undefined,
    set: value => put(key, isChanged(value) ? value : undefined),
    drop: () => {
      setWasFound(false)
      // Who closed the editor meanwhile may have opened it again and written on.
      if (store.getState().drafts[key] === found) put(key, undefined)
    },
    discard: reopen => {
      if (found === undefined) return
      put(key, undefined)
      const withdraw = toast({
        icon: 'trash',
        text: 'What you wrote is discarded',
        undo: () => {
          put(key, found)
          reopen?.()
        },
      })
      offers.set(key, withdraw)
    },
  }
}
