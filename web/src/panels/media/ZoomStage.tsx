/** A place that its content can be moved and enlarged in: wheel, drag, two fingers, double click. Several may share one view. */

import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react'

export interface ZoomView {
  /** 1: as it fits. */
  scale: number
  /** Of the content's middle from the stage's, in CSS pixels. */
  x: number
  y: number
}

export const WHOLE: ZoomView = { scale: 1, x: 0, y: 0 }
const SCALE_MAX = 64

/** Enlarged by `factor` about a point of the stage, measured from its middle. */
export function zoomed(view: ZoomView, factor: number, atX = 0, atY = 0): ZoomView {
  const scale = Math.min(SCALE_MAX, Math.max(1, view.scale * factor))
  const by = scale / view.scale
  return scale === 1 ? WHOLE : { scale, x: atX - (atX - view.x) * by, y: atY - (atY - view.y) * by }
}

export function ZoomStage({
  view,
  onView,
  children,
  label,
}: {
  view: ZoomView
  onView: (change: (before: ZoomView) => ZoomView) => void
  /** Drawn for the size of the place. */
  children: (width: number, height: number) => ReactNode
  label?: string
}) {
  const stage = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  const fingers = useRef(new Map<number, { x: number; y: number }>())
  useEffect(() => {
    const element = stage.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height })
    })
    observer.observe(element)
    // Not passive: the page must not scroll under it.
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault()
      const box = element.getBoundingClientRect()
      const [atX, atY] = [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2]
      onView(before => zoomed(before, Math.exp(-event.deltaY / 300), atX, atY))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => {
      observer.disconnect()
      element.removeEventListener('wheel', onWheel)
    }
  }, [onView])
  const onPointerMove = (event: PointerEvent): void => {
    const before = fingers.current.get(event.pointerId)
    if (!before) return
    const now = { x: event.clientX, y: event.clientY }
    const others = [...fingers.current].filter(([id]) => id !== event.pointerId).map(([, place]) => place)
    fingers.current.set(event.pointerId, now)
    const [other] = others
    if (other) {
      const factor =
        Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y))
      onView(view => zoomed(view, factor))
    } else
      onView(view => (view.scale > 1 ? { ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y } : view))
  }
  const release = (event: PointerEvent): void => void fingers.current.delete(event.pointerId)
  return (
    // Keys do the same: + − 0.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={stage}
      className="zoom-stage"
      {...(label ? { 'aria-label': label, role: 'group' } : {})}
      onPointerDown={event => {
        if ((event.target as Element).closest('button, video, audio, a, input')) return
        fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={onPointerMove}
      onPointerUp={release}
      onPointerCancel={release}
      onDoubleClick={() => onView(before => (before.scale > 1 ? WHOLE : zoomed(before, 3)))}
    >
      <div
        className={view.scale > 1 ? 'zoom-in moved' : 'zoom-in'}
        style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}
      >
        {size.width > 0 && children(size.width, size.height)}
      </div>
    </div>
  )
}
