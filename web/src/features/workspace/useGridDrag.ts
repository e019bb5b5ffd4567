/**
 * Moving and resizing a panel with the pointer. What it would become is shown while it lasts; letting go makes it one edit, Escape
 * none. The panel under the pointer follows in place, without a render; the others render only when the snapped place changes.
 */

import { type PointerEvent as ReactPointerEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import type { Layout } from '../../panels/schema'
import { titleOf } from '../../panels/registry'
import type { Desk } from './desk'
import { movePanels, setPlaces } from './edits'
import { type Arrangement, COLUMNS, GAP_PX, moved, placeAt, ROW_PX } from './grid'
import type { BuiltSection } from './sections'

export interface Drag {
  kind: 'move' | 'resize'
  id: string
  /** Where it stood. */
  start: Layout
  /** Where it would stand; null: in another section. */
  place: Layout | null
  arrangement: Arrangement
}

const BEGINS_PX = 4
const EDGE_PX = 48
const SCROLL_PX = 14

interface Needs {
  desk: Desk
  grid: RefObject<HTMLDivElement | null>
  section: BuiltSection
  arrangement: Arrangement
  perRow: number
  scroller: Element | null
}

export function useGridDrag(needs: Needs): {
  drag: Drag | null
  onPointerDown: (event: ReactPointerEvent) => void
} {
  const [drag, setDrag] = useState<Drag | null>(null)
  const latest = useRef(needs)
  useEffect(() => {
    latest.current = needs
  })
  const stop = useRef<() => void>(() => undefined)
  useEffect(() => () => stop.current(), [])
  const onPointerDown = useCallback((event: ReactPointerEvent): void => {
    const found = grasp(event)
    if (!found) return
    if (found.isSelecting) {
      event.preventDefault()
      latest.current.desk.toggleSelected(found.id)
      return
    }
    stop.current = follow(event, found, latest.current, setDrag)
  }, [])
  return { drag, onPointerDown }
}

interface Grasp {
  kind: 'move' | 'resize'
  id: string
  isSelecting: boolean
  slot: HTMLElement
}

/** What the pointer took hold of: a panel's head, or its corner. Touch scrolls the page. */
function grasp(event: ReactPointerEvent): Grasp | null {
  if (event.button !== 0 || event.pointerType === 'touch') return null
  const target = event.target as Element
  const slot = target.closest<HTMLElement>('.placed')
  const id = slot?.querySelector('[data-panel]')?.getAttribute('data-panel')
  if (!slot || !id) return null
  if (target.closest('.resize')) return { kind: 'resize', id, isSelecting: false, slot }
  const isHead = target.closest('.panel-h') && !target.closest('button, a, input, select, [role=menu]')
  if (!isHead) return null
  return { kind: 'move', id, isSelecting: event.ctrlKey || event.metaKey, slot }
}

function follow(
  down: ReactPointerEvent,
  { kind, id, slot }: Grasp,
  { desk, grid, section, arrangement, perRow, scroller }: Needs,
  show: (drag: Drag | null) => void,
): () => void {
  const own = arrangement.placed.find(item => item.panel.id === id)
  if (!own || !grid.current || perRow === 1) return () => undefined
  const start: Layout = { x: own.x, y: own.y, w: own.w, h: own.h }
  const from = grid.current.getBoundingClientRect()
  const held = slot.getBoundingClientRect()
  let last: Drag | null = null
  let foreign: HTMLElement | null = null
  let at = { x: down.clientX, y: down.clientY }
  let frame = 0

  const wantedPlace = (): Layout => {
    const now = (grid.current as HTMLElement).getBoundingClientRect()
    const dx = at.x - down.clientX
    // The page may have scrolled under the pointer.
    const dy = at.y - down.clientY - (now.top - from.top)
    if (kind === 'resize') {
      const column = (now.width + GAP_PX) / COLUMNS
      const w = Math.round((held.width + dx + GAP_PX) / column)
      const h = Math.round((held.height + dy + GAP_PX) / (ROW_PX + GAP_PX))
      return { ...start, w: Math.min(COLUMNS - start.x, Math.max(1, w)), h: Math.max(1, h) }
    }
    const { x, y } = placeAt(held.left - from.left + dx, held.top - from.top + dy, now.width)
    return { ...start, x: Math.max(0, Math.min(COLUMNS - start.w, x)), y: Math.max(0, y) }
  }

  const update = (): void => {
    const now = (grid.current as HTMLElement).getBoundingClientRect()
    if (kind === 'move') {
      slot.style.transform = `translate(${at.x - down.clientX}px, ${at.y - down.clientY - (now.top - from.top)}px)`
      const over = document
        .elementsFromPoint(at.x, at.y)
        .map(element => element.closest<HTMLElement>('[data-drop]'))
        .find(element => element !== null)
      const isForeign = over?.dataset.drop !== undefined && over.dataset.drop !== section.id
      const next = isForeign ? over : null
      if (next !== foreign) {
        foreign?.removeAttribute('data-over')
        next?.setAttribute('data-over', '')
        foreign = next
      }
    }
    const place = foreign ? null : wantedPlace()
    const isSame =
      last !== null &&
      (place === null
        ? last.place === null
        : last.place !== null && (['x', 'y', 'w', 'h'] as const).every(name => last?.place?.[name] === place[name]))
    if (isSame) return
    const next = place ? moved(arrangement, id, place, perRow, !section.isOwn) : arrangement
    const shown = next.placed.find(item => item.panel.id === id)
    last = { kind, id, start, place: place && shown ? { ...place, x: shown.x, y: shown.y } : place, arrangement: next }
    show(last)
  }

  const scroll = (): void => {
    frame = requestAnimationFrame(scroll)
    if (!scroller || !last) return
    const { top, bottom } = scroller.getBoundingClientRect()
    const by = at.y < top + EDGE_PX ? -SCROLL_PX : at.y > bottom - EDGE_PX ? SCROLL_PX : 0
    if (by === 0) return
    scroller.scrollBy(0, by)
    update()
  }

  const onMove = (event: PointerEvent): void => {
    at = { x: event.clientX, y: event.clientY }
    if (!last) {
      if (Math.hypot(at.x - down.clientX, at.y - down.clientY) < BEGINS_PX) return
      document.body.classList.add('arranging')
      frame = requestAnimationFrame(scroll)
    }
    update()
  }
  const end = (): void => {
    window.removeEventListener('pointermove', onMove)
    window.removeEventListener('pointerup', onUp)
    window.removeEventListener('pointercancel', end)
    window.removeEventListener('keydown', onKey, true)
    cancelAnimationFrame(frame)
    document.body.classList.remove('arranging')
    slot.style.transform = ''
    foreign?.removeAttribute('data-over')
    show(null)
  }
  const onUp = (): void => {
    const done = last
    const to = foreign?.dataset.drop
    end()
    if (!done) return
    const title = titleOf(own.panel)
    if (to !== undefined) {
      const { selected } = desk.ui.getState()
      const ids = selected.has(id) ? [...selected] : [id]
      desk.edit(`move ${ids.length > 1 ? `${ids.length} panels` : title}`, spec =>
        movePanels(spec, desk.built, ids, to),
      )
    } else {
      desk.edit(`${kind === 'move' ? 'move' : 'resize'} ${title}`, spec =>
        setPlaces(spec, section, done.arrangement.placed),
      )
    }
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    end()
  }
  window.addEventListener('pointermove', onMove)
  window.addEventListener('pointerup', onUp)
  window.addEventListener('pointercancel', end)
  window.addEventListener('keydown', onKey, true)
  return end
}
