/**
 * Parallel coordinates on canvases: every run faintly behind, the runs within all brushes coloured above, the one pointed at in
 * ink. Long drawings are cut into slices of a frame, so that ten thousand runs never hold up the pointer.
 */

import { colourOf } from './palette'
import { curveAt, curveTime, HANDLE, type ParallelAxisModel, type ParallelModel } from './parallelModel'
import type { Pen } from './pen'
import { cutText, fit, FONT, Picture, type PictureOptions, type Point, type Size, TITLE_FONT } from './picture'
import { rampColour, shadeOf } from './ramp'

export interface ParallelEvents {
  /** Brushes of one axis, in places. `isDone` false: still being dragged. */
  onBrush(axis: number, brushes: readonly (readonly [number, number])[], isDone: boolean): void
  /** The category at a place was pressed. */
  onPick(axis: number, place: number): void
  /** An axis was dragged to another place among its neighbours. */
  onMove(from: number, to: number): void
  onInvert(axis: number): void
}

const PAD = { left: 34, right: 46, top: 30, bottom: 16 }
const OUT_ALPHA = 0.13
const IN_ALPHA = 0.82
/** From so many curves on they are drawn fainter, so that their density is seen. */
const FEW_OUT = 800
const FEW_IN = 400
const REACH_PX = 12
const AXIS_REACH_PX = 11
const AXIS_REACH_TOUCH_PX = 22
const EDGE_PX = 5
const DRAG_PX = 3
const SLICE_MS = 10
const CHECK_EVERY = 64
const STEP = 0.02

type Drag =
  | {
      kind: 'brush'
      axis: number
      edge: number
      fixed: number
      others: (readonly [number, number])[]
      isMoved: boolean
    }
  | {
      kind: 'shift'
      axis: number
      from: number
      brush: readonly [number, number]
      others: (readonly [number, number])[]
      isMoved: boolean
    }
  | { kind: 'axis'; axis: number; fromX: number; x: number; isMoved: boolean }

export class ParallelChart extends Picture<ParallelModel> {
  private readonly behind = document.createElement('canvas')
  private readonly axes = document.createElement('canvas')
  private readonly own: ParallelEvents
  private readonly jobs = new Map<HTMLCanvasElement, number>()
  private drag: Drag | null = null
  private focus = 0
  private drawnBehind: { model: ParallelModel; width: number; height: number; colour: string } | null = null

  constructor(host: HTMLElement, options: PictureOptions, own: ParallelEvents) {
    super(host, options)
    this.own = own
    for (const canvas of [this.behind, this.axes]) canvas.className = 'picture'
    host.prepend(this.behind)
    this.overlay.before(this.axes)
    this.listen('pointerdown', event => this.pressed(event))
    this.listen('pointermove', event => this.moved(event))
    this.listen('pointerup', event => this.released(event))
    this.listen('pointercancel', () => this.left())
    this.listen('pointerleave', () => this.drag === null && this.left())
    this.listen('dblclick', event => this.inverted(event))
    this.listen('keydown', event => this.key(event))
    this.listen('blur', () => this.left())
  }

  override destroy(): void {
    for (const job of this.jobs.values()) cancelAnimationFrame(job)
    this.behind.remove()
    this.axes.remove()
    super.destroy()
  }

  protected override draw(): void {
    const { model } = this
    if (!model) return
    const size = this.size()
    const colour = colourOf('--text-3')
    const before = this.drawnBehind
    // Where all runs are within the brushes, none is seen behind them.
    const hasBehind = model.insideCount < model.count
    // Brushes change nothing of what lies behind: it is drawn again only for other runs, axes, sizes and themes.
    const isSame =
      before !== null &&
      before.width === size.width &&
      before.height === size.height &&
      before.colour === colour &&
      sameCurves(before.model, model)
    if (hasBehind && !isSame) {
      this.drawnBehind = { model, ...size, colour }
      const ctx = fit(this.behind, size)
      if (ctx) this.inSlices(this.behind, model.count, from => this.paintFaint(ctx, model, size, from, CHECK_EVERY))
    }
    this.behind.style.opacity = hasBehind ? '' : '0'
    const ctx = fit(this.canvas, size)
    if (ctx)
      this.inSlices(this.canvas, model.order.length, from => this.paintInside(ctx, model, size, from, CHECK_EVERY))
    const axes = fit(this.axes, size)
    if (axes) this.paintAxes(axes, model, size)
    this.redrawOver()
  }

  protected paint(pen: Pen, model: ParallelModel, size: Size): void {
    if (model.insideCount < model.count) this.paintFaint(pen, model, size, 0, model.count)
    this.paintInside(pen, model, size, 0, model.order.length)
    pen.globalAlpha = 1
    this.paintAxes(pen, model, size)
  }

  protected override paintOver(ctx: CanvasRenderingContext2D, model: ParallelModel, size: Size): void {
    const { run, source } = this.hover.value
    const row = run === null ? -1 : model.ids.indexOf(run)
    const isHovering = row >= 0
    this.canvas.style.opacity = isHovering ? '0.5' : ''
    if (isHovering) {
      for (const [colour, width] of [
        ['--panel', 5],
        ['--text-1', 2.25],
      ] as const) {
        ctx.strokeStyle = colourOf(colour)
        ctx.lineWidth = width
        ctx.beginPath()
        this.curve(ctx, model, size, row)
        ctx.stroke()
      }
    }
    if (this.host.matches(':focus-visible') && model.axes.length > 0) {
      const x = this.axisX(model, size, this.focus)
      ctx.fillStyle = colourOf('--accent')
      ctx.fillRect(x - 9, PAD.top - 5, 18, 2)
    }
    if (this.drag?.kind === 'axis' && this.drag.isMoved) {
      ctx.strokeStyle = colourOf('--accent')
      ctx.lineWidth = 1.5
      ctx.beginPath()
      ctx.moveTo(this.drag.x, PAD.top - 6)
      ctx.lineTo(this.drag.x, size.height - PAD.bottom)
      ctx.stroke()
    }
    if (!isHovering || source !== this.id) this.tip.hide()
  }

  // ---- curves

  private axisX(model: ParallelModel, size: Size, axis: number): number {
    const n = model.axes.length
    return n < 2 ? size.width / 2 : PAD.left + (axis / (n - 1)) * (size.width - PAD.left - PAD.right)
  }

  private y(size: Size, place: number): number {
    const foot = size.height - PAD.bottom
    // Runs without a value pass below the foot of the axis.
    return Number.isNaN(place) ? foot + 8 : foot - place * (foot - PAD.top)
  }

  private placeAt(size: Size, y: number): number {
    const foot = size.height - PAD.bottom
    return Math.max(0, Math.min(1, (foot - y) / (foot - PAD.top)))
  }

  /** Runs of one category are spread a little, always the same way. */
  private rowY(axis: ParallelAxisModel, size: Size, row: number): number {
    const y = this.y(size, axis.places[row] as number)
    return axis.isCategory ? y + ((((row * 2_654_435_761) >>> 0) % 1000) / 1000 - 0.5) * 10 : y
  }

  private curve(pen: Pen, model: ParallelModel, size: Size, row: number): void {
    let [px, py] = [0, 0]
    model.axes.forEach((axis, i) => {
      const x = this.axisX(model, size, i)
      const y = this.rowY(axis, size, row)
      if (i === 0) pen.moveTo(x, y)
      else {
        const reach = (x - px) * HANDLE
        pen.bezierCurveTo(px + reach, py, x - reach, y, x, y)
      }
      px = x
      py = y
    })
  }

  private paintFaint(pen: Pen, model: ParallelModel, size: Size, from: number, count: number): void {
    pen.lineWidth = 1
    pen.strokeStyle = colourOf('--text-3')
    pen.globalAlpha = Math.max(0.025, OUT_ALPHA * Math.min(1, Math.sqrt(FEW_OUT / model.count)))
    const to = Math.min(model.count, from + count)
    for (let row = from; row < to; row++) {
      pen.beginPath()
      this.curve(pen, model, size, row)
      pen.stroke()
    }
  }

  private paintInside(pen: Pen, model: ParallelModel, size: Size, from: number, count: number): void {
    const { order, tones } = model
    pen.lineWidth = order.length > FEW_IN * 4 ? 1 : 1.35
    pen.globalAlpha = Math.max(0.08, IN_ALPHA * Math.min(1, Math.sqrt(FEW_IN / Math.max(1, order.length))))
    const to = Math.min(order.length, from + count)
    let shade = -2
    for (let i = from; i < to; i++) {
      const row = order[i] as number
      const tone = tones[row] as number
      if (shadeOf(tone) !== shade) {
        shade = shadeOf(tone)
        pen.strokeStyle = rampColour(tone)
      }
      pen.beginPath()
      this.curve(pen, model, size, row)
      pen.stroke()
    }
  }

  /** Calls `paint` for 0, CHECK_EVERY, … below `count`, a slice per frame. A newer drawing on the canvas ends this one. */
  private inSlices(canvas: HTMLCanvasElement, count: number, paint: (from: number) => void): void {
    cancelAnimationFrame(this.jobs.get(canvas) ?? 0)
    let from = 0
    const slice = (): void => {
      const until = performance.now() + SLICE_MS
      while (from < count) {
        paint(from)
        from += CHECK_EVERY
        if (performance.now() > until) break
      }
      if (from < count) this.jobs.set(canvas, requestAnimationFrame(slice))
      else this.host.dataset.drawn = String(count)
    }
    slice()
  }

  // ---- axes

  private paintAxes(pen: Pen, model: ParallelModel, size: Size): void {
    const last = model.axes.length - 1
    const room = last > 0 ? (size.width - PAD.left - PAD.right) / last : size.width
    model.axes.forEach((axis, i) => {
      const x = Math.round(this.axisX(model, size, i)) + 0.5
      pen.strokeStyle = colourOf('--line-4')
      pen.lineWidth = 1
      pen.beginPath()
      pen.moveTo(x, PAD.top)
      pen.lineTo(x, size.height - PAD.bottom)
      pen.stroke()
      pen.font = FONT
      pen.textBaseline = 'middle'
      pen.textAlign = 'left'
      for (const { at, text } of axis.ticks) {
        const y = this.y(size, at)
        pen.beginPath()
        pen.moveTo(x - 3, y)
        pen.lineTo(x + 3, y)
        pen.stroke()
        const shown = cutText(pen, text, (i === last ? PAD.right : room) - 14)
        const left = i === last ? x + 8 : x + 7
        pen.fillStyle = colourOf('--panel')
        pen.globalAlpha = 0.82
        pen.fillRect(left - 2, y - 7, pen.measureText(shown).width + 4, 14)
        pen.globalAlpha = 1
        pen.fillStyle = colourOf('--text-2')
        pen.fillText(shown, left, y)
      }
      if (axis.missingCount > 0) {
        pen.fillStyle = colourOf('--text-3')
        pen.textAlign = 'center'
        pen.fillText('–', x, this.y(size, Number.NaN))
      }
      pen.textBaseline = 'alphabetic'
      pen.font = TITLE_FONT
      pen.fillStyle = colourOf('--text-1')
      pen.textAlign = i === 0 ? 'left' : i === last ? 'right' : 'center'
      const title = cutText(pen, axis.title, Math.max(30, room - 8))
      pen.fillText(title, i === 0 ? x - 26 : i === last ? x + PAD.right - 6 : x, PAD.top - 14)
      this.paintBrushes(pen, axis, x, size)
    })
  }

  private paintBrushes(pen: Pen, axis: ParallelAxisModel, x: number, size: Size): void {
    const spans = [
      ...axis.brushes.map(([low, high]) => [this.y(size, high), this.y(size, low)] as const),
      ...axis.picked.map(place => [this.y(size, place) - 9, this.y(size, place) + 9] as const),
    ]
    for (const [top, bottom] of spans) {
      pen.fillStyle = pen.strokeStyle = colourOf('--accent')
      pen.globalAlpha = 0.16
      pen.fillRect(x - 6, top, 12, bottom - top)
      pen.globalAlpha = 1
      pen.lineWidth = 1
      pen.strokeRect(x - 6, top, 12, bottom - top)
      if (axis.isCategory) continue
      pen.fillRect(x - 6, top - 1, 12, 2.4)
      pen.fillRect(x - 6, bottom - 1.2, 12, 2.4)
    }
  }

  // ---- pointer

  private axisAt(point: Point): number {
    const { model } = this
    if (!model) return -1
    const size = this.size()
    const reach = point.isTouch ? AXIS_REACH_TOUCH_PX : AXIS_REACH_PX
    return model.axes.findIndex((_, i) => Math.abs(this.axisX(model, size, i) - point.x) <= reach)
  }

  private titleAt(point: Point): number {
    const { model } = this
    if (!model || point.y > PAD.top - 6) return -1
    const size = this.size()
    let best = -1
    let away = 60
    model.axes.forEach((_, i) => {
      const distance = Math.abs(this.axisX(model, size, i) - point.x)
      if (distance < away) [away, best] = [distance, i]
    })
    return best
  }

  private pressed(event: PointerEvent): void {
    const { model } = this
    if (!model || event.button !== 0) return
    const point = this.place(event)
    const title = this.titleAt(point)
    if (title >= 0) {
      this.drag = { kind: 'axis', axis: title, fromX: point.x, x: point.x, isMoved: false }
      this.host.setPointerCapture(event.pointerId)
      return
    }
    const at = this.axisAt(point)
    if (at < 0) return
    const axis = model.axes[at] as ParallelAxisModel
    this.focus = at
    event.preventDefault()
    // What a pointer did needs no ring around the chart.
    this.host.focus({ preventScroll: true, focusVisible: false })
    this.host.setPointerCapture(event.pointerId)
    if (axis.isCategory) {
      const place = nearestTick(axis, this.placeAt(this.size(), point.y))
      if (place !== null) this.own.onPick(at, place)
      return
    }
    this.drag = this.brushDrag(axis, at, point, event.shiftKey)
  }

  private brushDrag(axis: ParallelAxisModel, at: number, point: Point, isMore: boolean): Drag {
    const size = this.size()
    const place = this.placeAt(size, point.y)
    const held = axis.brushes.findIndex(
      ([low, high]) => point.y >= this.y(size, high) - EDGE_PX && point.y <= this.y(size, low) + EDGE_PX,
    )
    const brush = axis.brushes[held]
    const others = axis.brushes.filter((_, i) => i !== held)
    if (brush) {
      const [low, high] = brush
      if (Math.abs(point.y - this.y(size, high)) <= EDGE_PX)
        return { kind: 'brush', axis: at, edge: high, fixed: low, others, isMoved: false }
      if (Math.abs(point.y - this.y(size, low)) <= EDGE_PX)
        return { kind: 'brush', axis: at, edge: low, fixed: high, others, isMoved: false }
      return { kind: 'shift', axis: at, from: place, brush, others, isMoved: false }
    }
    return {
      kind: 'brush',
      axis: at,
      edge: place,
      fixed: place,
      others: isMore ? [...axis.brushes] : [],
      isMoved: false,
    }
  }

  private moved(event: PointerEvent): void {
    const { model } = this
    if (!model) return
    const point = this.place(event)
    if (this.drag) this.dragTo(point)
    else if (point.y < PAD.top - 6 || this.axisAt(point) >= 0) {
      this.host.style.cursor = point.y < PAD.top - 6 ? 'grab' : 'ns-resize'
      this.hover.clear(this.id)
    } else {
      this.host.style.cursor = ''
      this.point(point)
    }
  }

  private dragTo(point: Point): void {
    const { drag } = this
    if (!drag) return
    this.tip.hide()
    if (drag.kind === 'axis') {
      drag.isMoved ||= Math.abs(point.x - drag.fromX) > DRAG_PX * 2
      drag.x = point.x
      this.redrawOver()
      return
    }
    const place = this.placeAt(this.size(), point.y)
    if (drag.kind === 'brush') {
      drag.isMoved ||= Math.abs(place - drag.edge) * this.size().height > DRAG_PX
      if (!drag.isMoved) return
      drag.edge = place
    } else {
      drag.isMoved ||= Math.abs(place - drag.from) * this.size().height > DRAG_PX
      if (!drag.isMoved) return
    }
    this.own.onBrush(drag.axis, this.brushesOf(drag, place), false)
  }

  private brushesOf(drag: Exclude<Drag, { kind: 'axis' }>, place: number): (readonly [number, number])[] {
    if (drag.kind === 'brush') return joined([...drag.others, ordered(drag.fixed, drag.edge)])
    const [low, high] = drag.brush
    const by = Math.max(-low, Math.min(1 - high, place - drag.from))
    return joined([...drag.others, [low + by, high + by]])
  }

  private released(event: PointerEvent): void {
    const { drag, model } = this
    this.drag = null
    const point = this.place(event)
    if (!model) return
    if (drag?.kind === 'axis') {
      if (drag.isMoved) this.own.onMove(drag.axis, this.nearestAxis(model, point.x))
      this.redrawOver()
      return
    }
    if (drag) {
      const place = this.placeAt(this.size(), point.y)
      // A press that went nowhere takes the brush away.
      this.own.onBrush(drag.axis, drag.isMoved ? this.brushesOf(drag, place) : drag.others, true)
      return
    }
    if (event.pointerType !== 'mouse') {
      this.left()
      return
    }
    const { run, source } = this.hover.value
    if (run !== null && source === this.id && this.axisAt(point) < 0 && this.titleAt(point) < 0)
      this.events.onOpenRun(run, event.ctrlKey || event.metaKey)
  }

  private nearestAxis(model: ParallelModel, x: number): number {
    const size = this.size()
    const places = model.axes.map((_, i) => Math.abs(this.axisX(model, size, i) - x))
    return places.indexOf(Math.min(...places))
  }

  private inverted(event: MouseEvent): void {
    const title = this.titleAt(this.place(event))
    if (title >= 0) this.own.onInvert(title)
  }

  private left(): void {
    this.drag = null
    this.hover.clear(this.id)
    this.redrawOver()
  }

  /** The nearest curve within the brushes. */
  private point(point: Point): void {
    const model = this.model as ParallelModel
    const size = this.size()
    const last = model.axes.length - 1
    let left = 0
    while (left < last - 1 && this.axisX(model, size, left + 1) < point.x) left++
    const [a, b] = [model.axes[left], model.axes[left + 1]]
    if (!a || !b) return
    const [from, to] = [this.axisX(model, size, left), this.axisX(model, size, left + 1)]
    const t = curveTime(Math.max(0, Math.min(1, (point.x - from) / (to - from))))
    let best = -1
    let away = REACH_PX
    for (let i = model.order.length - 1; i >= 0; i--) {
      const row = model.order[i] as number
      const distance = Math.abs(curveAt(this.rowY(a, size, row), this.rowY(b, size, row), t) - point.y)
      if (distance < away) [away, best] = [distance, row]
    }
    if (best < 0) {
      this.hover.clear(this.id)
      return
    }
    this.show(best, point)
  }

  private show(row: number, at: Point): void {
    const model = this.model as ParallelModel
    this.hover.set({ run: model.ids[row] as string, x: null, axis: '', source: this.id })
    this.tip.show(
      {
        head: model.names[row] as string,
        rows: model.axes.map((axis, i) => ({ name: axis.title, value: model.valueText(i, row) })),
      },
      { x: at.x, y: at.y, isAbove: at.isTouch },
    )
  }

  // ---- keyboard

  private key(event: KeyboardEvent): void {
    const { model } = this
    // Alt and the arrows arrange panels.
    if (!model || event.ctrlKey || event.metaKey || event.altKey || model.axes.length === 0) return
    const at = Math.min(this.focus, model.axes.length - 1)
    const axis = model.axes[at] as ParallelAxisModel
    const isUp = event.key === 'ArrowUp'
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      this.focus = Math.max(0, Math.min(model.axes.length - 1, at + (event.key === 'ArrowLeft' ? -1 : 1)))
      this.speakAxis(model, this.focus)
      this.redrawOver()
    } else if (isUp || event.key === 'ArrowDown') {
      if (event.shiftKey) this.nudge(axis, at, isUp ? STEP : -STEP, false)
      else this.walk(model, axis, isUp ? 1 : -1)
    } else if (event.key === 'PageUp' || event.key === 'PageDown')
      this.nudge(axis, at, event.key === 'PageUp' ? STEP : -STEP, true)
    else if (event.key === 'Delete' || event.key === 'Backspace') this.own.onBrush(at, [], true)
    else if (event.key === ' ' && axis.isCategory) {
      const row = model.ids.indexOf(this.hover.value.run ?? '')
      const place = axis.places[row >= 0 ? row : 0]
      if (place !== undefined && !Number.isNaN(place)) this.own.onPick(at, place)
    } else if (event.key === 'i') this.own.onInvert(at)
    else if (event.key === '[' && at > 0) this.moveAxis(at, at - 1)
    else if (event.key === ']' && at < model.axes.length - 1) this.moveAxis(at, at + 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  private moveAxis(from: number, to: number): void {
    this.own.onMove(from, to)
    this.focus = to
  }

  /** Moves one edge of the axis' brush; without a brush it begins at the whole axis. */
  private nudge(axis: ParallelAxisModel, at: number, by: number, isLower: boolean): void {
    if (axis.isCategory) return
    const [low, high] = axis.brushes[0] ?? [0, 1]
    const edges = isLower ? [clamped(low + by), high] : [low, clamped(high + by)]
    const brush = ordered(edges[0] as number, edges[1] as number)
    this.own.onBrush(at, [brush, ...axis.brushes.slice(1)], true)
    this.events.onSpeak(`${axis.title} from ${axis.textAt(brush[0])} to ${axis.textAt(brush[1])}`)
  }

  /** To the run whose value on this axis follows. */
  private walk(model: ParallelModel, axis: ParallelAxisModel, by: number): void {
    const rows = [...model.order].filter(row => !Number.isNaN(axis.places[row]))
    if (rows.length === 0) return
    rows.sort((a, b) => (axis.places[a] as number) - (axis.places[b] as number))
    const now = rows.findIndex(row => model.ids[row] === this.hover.value.run)
    const next = now < 0 ? rows.length - 1 : Math.max(0, Math.min(rows.length - 1, now + by))
    const row = rows[next] as number
    const size = this.size()
    this.show(row, { x: this.axisX(model, size, this.focus), y: this.rowY(axis, size, row), isTouch: false })
    const values = model.axes.map((one, i) => `${one.title} ${model.valueText(i, row)}`)
    this.events.onSpeak(`${model.names[row]}, ${values.join(', ')}`)
  }

  private speakAxis(model: ParallelModel, at: number): void {
    const axis = model.axes[at] as ParallelAxisModel
    const scale = axis.isCategory ? 'categories' : axis.isLog ? 'logarithmic' : 'linear'
    const brushed = axis.brushes.map(([low, high]) => `${axis.textAt(low)} to ${axis.textAt(high)}`)
    const picked = axis.picked.map(place => axis.textAt(place))
    const said = [...brushed, ...picked]
    this.events.onSpeak(
      `Axis ${at + 1} of ${model.axes.length}, ${axis.title}, ${scale}, ${said.length > 0 ? `brushed ${said.join(' and ')}` : 'no brush'}`,
    )
  }
}

function sameCurves(a: ParallelModel, b: ParallelModel): boolean {
  return (
    a.count === b.count &&
    a.axes.length === b.axes.length &&
    a.axes.every((axis, i) => axis.places === b.axes[i]?.places && axis.isCategory === b.axes[i]?.isCategory)
  )
}

function nearestTick(axis: ParallelAxisModel, place: number): number | null {
  let best: number | null = null
  for (const { at } of axis.ticks) if (best === null || Math.abs(at - place) < Math.abs(best - place)) best = at
  return best
}

const clamped = (part: number): number => Math.max(0, Math.min(1, part))
const ordered = (a: number, b: number): [number, number] => (a <= b ? [a, b] : [b, a])

/** Brushes that meet become one. */
export function joined(brushes: readonly (readonly [number, number])[]): [number, number][] {
  const found: [number, number][] = []
  for (const [low, high] of brushes.toSorted((a, b) => a[0] - b[0])) {
    const last = found.at(-1)
    if (last && low <= last[1]) last[1] = Math.max(last[1], high)
    else found.push([low, high])
  }
  return found
}
