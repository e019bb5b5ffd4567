/**
 * A chart in an element: a canvas for what is drawn, one above it for what is pointed at, a tip. A kind of chart says how its
 * model is painted; sizes, themes, fonts and files are seen to here. No React: `panels/frame` mounts it.
 */

import { fit as fitCanvas } from './canvas'
import { FactTip } from './factTip'
import type { HoverBus } from './hover'
import { colourOf, onThemeChange } from './palette'
import { type Pen, SvgPen } from './pen'

export const FONT = '11px Geist, system-ui, sans-serif'
export const LABEL_FONT = '500 11px Geist, system-ui, sans-serif'
export const TITLE_FONT = '500 11.5px Geist, system-ui, sans-serif'

export interface PictureOptions {
  /** The panel's id: who points. */
  id: string
  hover: HoverBus
  events: PictureEvents
}

export interface PictureEvents {
  /** What a screen reader should say about the place of the keyboard cursor. */
  onSpeak(text: string): void
  onOpenRun(run: string, isNewTab: boolean): void
}

export interface Size {
  width: number
  height: number
}

export interface Point {
  x: number
  y: number
  isTouch: boolean
}

export abstract class Picture<M> {
  protected readonly host: HTMLElement
  protected readonly id: string
  protected readonly hover: HoverBus
  protected readonly events: PictureEvents
  protected readonly tip: FactTip
  protected model: M | null = null
  protected readonly canvas = document.createElement('canvas')
  protected readonly overlay = document.createElement('canvas')
  private readonly stops: (() => void)[] = []
  private frame = 0

  constructor(host: HTMLElement, options: PictureOptions) {
    this.host = host
    this.id = options.id
    this.hover = options.hover
    this.events = options.events
    this.canvas.className = 'picture'
    this.overlay.className = 'picture'
    host.append(this.canvas, this.overlay)
    this.tip = new FactTip(host)
    const resize = new ResizeObserver(() => this.resized())
    resize.observe(host)
    this.stops.push(
      () => resize.disconnect(),
      onThemeChange(() => this.redraw()),
      this.hover.subscribe(() => this.redrawOver()),
    )
    // Text measured before the font is there would lie at odds with its room.
    void document.fonts?.ready.then(() => this.redraw())
  }

  set(model: M): void {
    this.model = model
    this.redraw()
  }

  destroy(): void {
    cancelAnimationFrame(this.frame)
    for (const stop of this.stops) stop()
    this.hover.clear(this.id)
    this.tip.destroy()
    this.canvas.remove()
    this.overlay.remove()
  }

  /** The picture as a canvas with the panel's background, twice as fine as the screen. */
  toCanvas(): HTMLCanvasElement {
    const { width, height } = this.size()
    const scale = Math.max(2, devicePixelRatio)
    const made = document.createElement('canvas')
    made.width = width * scale
    made.height = height * scale
    const ctx = made.getContext('2d') as CanvasRenderingContext2D
    ctx.scale(scale, scale)
    ctx.fillStyle = colourOf('--panel')
    ctx.fillRect(0, 0, width, height)
    if (this.model) this.paint(ctx, this.model, { width, height })
    return made
  }

  toSvg(title: string): string {
    const size = this.size()
    const pen = new SvgPen(size.width, size.height)
    pen.fillStyle = colourOf('--panel')
    pen.fillRect(0, 0, size.width, size.height)
    if (this.model) this.paint(pen, this.model, size)
    return pen.toString(title)
  }

  /** Draws everything but what is pointed at. */
  protected abstract paint(pen: Pen, model: M, size: Size): void

  /** Draws what is pointed at, brushed or focused, on a cleared canvas. */
  protected paintOver(_ctx: CanvasRenderingContext2D, _model: M, _size: Size): void {}

  protected size(): Size {
    return { width: Math.max(40, this.host.clientWidth), height: Math.max(40, this.host.clientHeight) }
  }

  protected resized(): void {
    this.redraw()
  }

  /** In the next frame, however often it is asked for. */
  protected redraw(): void {
    if (this.frame !== 0) return
    this.frame = requestAnimationFrame(() => {
      this.frame = 0
      this.draw()
    })
  }

  protected draw(): void {
    if (!this.model) return
    const size = this.size()
    const ctx = fit(this.canvas, size)
    if (ctx) this.paint(ctx, this.model, size)
    this.redrawOver()
  }

  protected redrawOver(): void {
    if (!this.model) return
    const size = this.size()
    const ctx = fit(this.overlay, size)
    if (ctx) this.paintOver(ctx, this.model, size)
  }

  protected listen<K extends keyof HTMLElementEventMap>(type: K, call: (event: HTMLElementEventMap[K]) => void): void {
    this.host.addEventListener(type, call)
    this.stops.push(() => this.host.removeEventListener(type, call))
  }

  protected place(event: MouseEvent): Point {
    const box = this.host.getBoundingClientRect()
    const isTouch = event instanceof PointerEvent && event.pointerType !== 'mouse'
    return { x: event.clientX - box.left, y: event.clientY - box.top, isTouch }
  }
}

/** The canvas' context as pictures begin with it: cleared, opaque, round joins. */
export function fit(canvas: HTMLCanvasElement, size: Size): CanvasRenderingContext2D | null {
  const ctx = fitCanvas(canvas, size)
  if (!ctx) return null
  ctx.globalAlpha = 1
  ctx.lineJoin = 'round'
  return ctx
}

/** `text` cut to `room` pixels with an ellipsis. */
export function cutText(pen: Pen, text: string, room: number): string {
  if (pen.measureText(text).width <= room) return text
  let [low, high] = [0, text.length]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (pen.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle
    else high = middle - 1
  }
  return low === 0 ? '' : `${text.slice(0, low)}…`
}
