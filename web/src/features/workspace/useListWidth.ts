/** How wide the run list is: dragged, moved with arrows, folded. Kept by this browser, for it belongs to the screen. */

import { type KeyboardEvent, type PointerEvent, type RefObject, useState } from 'react'

const KEY = 'assay.workspace.list'
const DEFAULT_PX = 388
const MIN_PX = 280
const MAX_PX = 720
const FOLD_BELOW_PX = 160
const STEP_PX = 20

interface Width {
  px: number
  isFolded: boolean
}

const clamp = (px: number): number => Math.max(MIN_PX, Math.min(MAX_PX, Math.round(px)))

function kept(): Width {
  try {
    const { px, isFolded } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Width>
    return { px: clamp(Number(px) || DEFAULT_PX), isFolded: isFolded === true }
  } catch {
    return { px: DEFAULT_PX, isFolded: false }
  }
}

function keep(width: Width): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(width))
  } catch {
    // A browser that keeps nothing forgets the width: no harm.
  }
}

export function useListWidth(shell: RefObject<HTMLElement | null>) {
  const [width, setWidth] = useState(kept)
  const set = (next: Width): void => {
    setWidth(next)
    keep(next)
  }
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return
    const handle = event.currentTarget
    const left = shell.current?.getBoundingClientRect().left ?? 0
    let next = width
    const move = (event: globalThis.PointerEvent): void => {
      const px = event.clientX - left
      next = px < FOLD_BELOW_PX ? { ...next, isFolded: true } : { px: clamp(px), isFolded: false }
      setWidth(next)
    }
    const end = (): void => {
      handle.removeEventListener('pointermove', move)
      keep(next)
    }
    handle.setPointerCapture(event.pointerId)
    handle.addEventListener('pointermove', move)
    handle.addEventListener('pointerup', end, { once: true })
    handle.addEventListener('pointercancel', end, { once: true })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[event.key]
    if (by !== undefined) set({ px: clamp(width.px + by), isFolded: false })
    else if (event.key === 'Enter') set({ ...width, isFolded: !width.isFolded })
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const toggle = (): void => set({ ...width, isFolded: !width.isFolded })
  return { ...width, max: MAX_PX, onPointerDown, onKeyDown, toggle }
}
