/** The pills of a panel's head: what the picture is made of, and on a click how. */

import { useEffect, useRef } from 'react'
import { Button } from '../../ui/Button'
import type { Pill } from './words'

interface PillElement extends HTMLButtonElement {
  pill?: Pill
}

/** In place: they change with live data, which no component renders for. */
export function writePills(place: HTMLElement, pills: readonly Pill[], onOpen: (pill: Pill) => void): void {
  pills.forEach((pill, i) => {
    let element = place.children[i] as PillElement | undefined
    if (!element) {
      const made: PillElement = document.createElement('button')
      made.type = 'button'
      made.addEventListener('click', () => made.pill && onOpen(made.pill))
      place.append(made)
      element = made
    }
    element.pill = pill
    const name = pill.tone === 'warn' ? 'pill w' : 'pill'
    if (element.className !== name) element.className = name
    if (element.textContent !== pill.text) element.textContent = pill.text
    const title = `${pill.text}\n${pill.hint}`
    if (element.title !== title) element.title = title
  })
  while (place.children.length > pills.length) place.lastChild?.remove()
}

/** The sentence behind a pill, and the way to the settings that change it. */
export function PillNote({ pill, onClose, onChange }: { pill: Pill; onClose: () => void; onChange: () => void }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const before = document.activeElement
    box.current?.querySelector('button')?.focus()
    const onPointer = (event: PointerEvent): void => {
      if (!(event.target instanceof Node && box.current?.contains(event.target))) onClose()
    }
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      onClose()
    }
    document.addEventListener('pointerdown', onPointer)
    // Before the page's own: Escape closes what is nearest.
    document.addEventListener('keydown', onKey, true)
    return () => {
      document.removeEventListener('pointerdown', onPointer)
      document.removeEventListener('keydown', onKey, true)
      if (before instanceof HTMLElement) before.focus()
    }
  }, [onClose])
  return (
    <div ref={box} className="pop pill-note" role="dialog" aria-label={pill.text}>
      <b>{pill.text}</b>
      <p>{pill.hint}</p>
      <Button small onClick={onChange}>
        Change
      </Button>
    </div>
  )
}
