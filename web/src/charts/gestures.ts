/**
 * What a pointer does on a plot, as intentions: point, brush a stretch, move or widen the picture, click. Places are CSS pixels in
 * the element. Nothing here knows what is drawn.
 *
 * Mouse: drag brushes x, with Shift y, with Ctrl or ⌘ both; with Alt it moves the picture; the wheel with Ctrl or ⌘ widens it, with
 * Shift too it moves it. Touch: one finger points, two widen and move.
 */

export type BrushKind = 'x' | 'y' | 'box'

export interface Brush {
  kind: BrushKind
  from: { x: number; y: number }
  to: { x: number; y: number }
}

export interface GestureEvents {
  onPoint(place: { x: number; y: number; isTouch: boolean }): void
  onLeave(): void
  /** While it is drawn; null: given up or done. */
  onBrushing(brush: Brush | null): void
  onBrush(brush: Brush): void
  /** Widen by `factor` about a place, then move by `dx` pixels. */
  onWiden(factor: number, at: { x: number; y: number }, dx: number): void
  onClick(place: { x: number; y: number }, how: { isNewTab: boolean; isPin: boolean }): void
  onReset(): void
  /** Whether a drag may begin there. */
  isPlot(place: { x: number; y: number }): boolean
}

const DRAG_PX = 5
/** A click waits so long for the second one that makes it a double click. */
const CLICK_MS = 230
const WHEEL_RATE = 0.0018
/** A finger that rests so long points; before that it may be scrolling. */
const HOLD_MS = 220

export class Gestures {
  private readonly host: HTMLElement
  private readonly events: GestureEvents
  private readonly stops: (() => void)[] = []
  private drag: { brush: Brush; isMove: boolean; isBegun: boolean; last: number } | null = null
  private readonly fingers = new Map<number, { x: number; y: number }>()
  private clickTimer: ReturnType<typeof setTimeout> | undefined
  private holdTimer: ReturnType<typeof setTimeout> | undefined
  private isHolding = false

  constructor(host: HTMLElement, events: GestureEvents) {
    this.host = host
    this.events = events
    this.listen()
  }

  get isBrushing(): boolean {
    return this.drag !== null && this.drag.isBegun && !this.drag.isMove
  }

  destroy(): void {
    clearTimeout(this.clickTimer)
    clearTimeout(this.holdTimer)
    for (const stop of this.stops) stop()
  }

  private listen(): void {
    const on = <K extends keyof HTMLElementEventMap>(
      type: K,
      call: (event: HTMLElementEventMap[K]) => void,
      options?: AddEventListenerOptions,
    ): void => {
      this.host.addEventListener(type, call, options)
      this.stops.push(() => this.host.removeEventListener(type, call, options))
    }
    on('pointerdown', event => this.down(event))
    on('pointermove', event => this.moved(event))
    on('pointerup', event => this.up(event))
    on('pointercancel', event => this.gone(event))
    on('pointerleave', event => {
      if (event.pointerType === 'mouse' && !this.drag?.isBegun) this.events.onLeave()
    })
    on('dblclick', event => {
      if (!this.events.isPlot(this.place(event))) return
      clearTimeout(this.clickTimer)
      this.clickTimer = undefined
      this.events.onReset()
    })
    on('auxclick', event => {
      if (event.button !== 1 || !this.events.isPlot(this.place(event))) return
      event.preventDefault()
      this.events.onClick(this.place(event), { isNewTab: true, isPin: false })
    })
    on(
      'wheel',
      event => {
        if (!event.ctrlKey && !event.metaKey) return
        const at = this.place(event)
        if (!this.events.isPlot(at)) return
        event.preventDefault()
        const by = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 30 : event.deltaY
        if (event.shiftKey) this.events.onWiden(1, at, -(by || event.deltaX))
        else this.events.onWiden(Math.exp(by * WHEEL_RATE), at, 0)
      },
      { passive: false },
    )
  }

  private place(event: MouseEvent): { x: number; y: number } {
    const box = this.host.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  private isOurs(event: Event): boolean {
    // What floats over the plot (a pinned tip) has gestures of its own.
    return !(event.target instanceof Element && event.target.closest('[data-floats]'))
  }

  private down(event: PointerEvent): void {
    if (!this.isOurs(event)) return
    const place = this.place(event)
    if (event.pointerType !== 'mouse') {
      this.fingers.set(event.pointerId, place)
      clearTimeout(this.holdTimer)
      this.isHolding = false
      if (this.fingers.size === 1)
        this.holdTimer = setTimeout(() => {
          this.isHolding = true
          this.events.onPoint({ ...place, isTouch: true })
        }, HOLD_MS)
      return
    }
    if (event.button !== 0 || !this.events.isPlot(place)) return
    const kind: BrushKind = event.ctrlKey || event.metaKey ? 'box' : event.shiftKey ? 'y' : 'x'
    this.drag = { brush: { kind, from: place, to: place }, isMove: event.altKey, isBegun: false, last: place.x }
  }

  private moved(event: PointerEvent): void {
    const place = this.place(event)
    if (event.pointerType !== 'mouse') {
      this.fingerMoved(event.pointerId, place)
      return
    }
    const { drag } = this
    if (!drag) {
      if (this.isOurs(event)) this.events.onPoint({ ...place, isTouch: false })
      return
    }
    if (!drag.isBegun) {
      const far = Math.max(Math.abs(place.x - drag.brush.from.x), Math.abs(place.y - drag.brush.from.y))
      if (far <= DRAG_PX) return
      drag.isBegun = true
      this.host.setPointerCapture(event.pointerId)
    }
    if (drag.isMove) {
      this.events.onWiden(1, place, place.x - drag.last)
      drag.last = place.x
      return
    }
    drag.brush = { ...drag.brush, to: place }
    this.events.onBrushing(drag.brush)
  }

  private fingerMoved(id: number, place: { x: number; y: number }): void {
    const before = this.fingers.get(id)
    if (!before) return
    if (this.fingers.size === 2) {
      const other = [...this.fingers].find(([key]) => key !== id)?.[1] as { x: number; y: number }
      const wasApart = Math.hypot(before.x - other.x, before.y - other.y)
      const apart = Math.hypot(place.x - other.x, place.y - other.y)
      const middle = { x: (place.x + other.x) / 2, y: (place.y + other.y) / 2 }
      if (apart > 10 && wasApart > 10) this.events.onWiden(wasApart / apart, middle, (place.x - before.x) / 2)
    } else if (this.isHolding) this.events.onPoint({ ...place, isTouch: true })
    else if (Math.abs(place.x - before.x) > DRAG_PX && Math.abs(place.x - before.x) > Math.abs(place.y - before.y)) {
      // Sideways is no scrolling of the page.
      clearTimeout(this.holdTimer)
      this.isHolding = true
      this.events.onPoint({ ...place, isTouch: true })
    }
    this.fingers.set(id, place)
  }

  private up(event: PointerEvent): void {
    if (event.pointerType !== 'mouse') {
      this.gone(event)
      return
    }
    const { drag } = this
    this.drag = null
    if (!drag) return
    if (drag.isBegun) {
      if (!drag.isMove) {
        this.events.onBrushing(null)
        this.events.onBrush(drag.brush)
      }
      return
    }
    const place = this.place(event)
    const how = { isNewTab: event.ctrlKey || event.metaKey, isPin: event.shiftKey }
    clearTimeout(this.clickTimer)
    if (how.isNewTab || how.isPin) this.events.onClick(place, how)
    // Opening on the first of two clicks would leave the page that the second resets.
    else if (event.detail <= 1) this.clickTimer = setTimeout(() => this.events.onClick(place, how), CLICK_MS)
  }

  private gone(event: PointerEvent): void {
    clearTimeout(this.holdTimer)
    this.fingers.delete(event.pointerId)
    this.isHolding = false
    if (this.drag) {
      this.drag = null
      this.events.onBrushing(null)
    }
    if (this.fingers.size === 0) this.events.onLeave()
  }
}
