/**
 * A line chart in an element: uPlot lays out scales and axes; lines and the crosshair have canvases of their own above it.
 *
 * Runs need not share x values, so no table of all x is ever joined; pointing at a line redraws one line, not all of them
 * (the others are dimmed by the compositor). No React here; `panels/line` mounts it.
 */

import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { HoverBus } from './hover'
import { dot, drawHovered, drawLines, END_LABELS_PX, type Plot, plotOf } from './lines'
import { type LineModel, type LineSeries, NO_LINES, type Reading, readingsAt, shownReadings } from './model'
import { formatTick, formatValue } from './number'
import { colourOf, numberOf, onThemeChange } from './palette'
import { formatX, formatXTick, linearTicks, logTicks, xTicks } from './ticks'
import { Tip } from './tip'

export interface LineChartEvents {
  /** A stretch of x was dragged over. */
  onZoom(range: [number, number]): void
  onZoomReset(): void
  /** What a screen reader should say about the place of the keyboard cursor. */
  onSpeak(text: string): void
}

const FONT = '11px Geist, system-ui, sans-serif'
const LABEL_FONT = '500 11px Geist, system-ui, sans-serif'
/** How near the pointer must be to a line to mean it. */
const REACH_PX = 26
/** Beyond a line's last row it still has a value for this far. */
const OUTSIDE_PX = 6
const DRAG_PX = 5
const DIMMED = '0.34'
const TIP_ROWS = 10
const TIP_ROWS_PHONE = 6

export class LineChart {
  private readonly host: HTMLElement
  private readonly id: string
  private readonly hover: HoverBus
  private readonly events: LineChartEvents
  private readonly lines = document.createElement('canvas')
  private readonly overlay = document.createElement('canvas')
  private readonly tip: Tip
  private readonly stops: (() => void)[] = []
  private frame: uPlot | null = null
  private model: LineModel = NO_LINES
  private plot: Plot | null = null
  private axis = ''
  private drag: { from: number; to: number; isZoom: boolean; pointer: number } | null = null
  private pointer: { x: number; y: number; isTouch: boolean } | null = null

  constructor(host: HTMLElement, options: { id: string; hover: HoverBus; events: LineChartEvents }) {
    this.host = host
    this.id = options.id
    this.hover = options.hover
    this.events = options.events
    this.lines.className = 'chart-lines'
    this.overlay.className = 'chart-overlay'
    this.tip = new Tip(host)
    const resize = new ResizeObserver(() => this.resize())
    resize.observe(host)
    this.stops.push(
      () => resize.disconnect(),
      onThemeChange(() => this.frame?.redraw(false)),
      this.hover.subscribe(() => this.drawOverlay()),
    )
    this.listen()
    // Text measured before the font is there would leave the labels at odds with their room.
    void document.fonts?.ready.then(() => this.frame?.redraw(false, true))
  }

  /** Draws `model` from now on. `axis` names what x counts; panels of one axis share the crosshair. */
  set(model: LineModel, axis: string): void {
    const isOther = model.isLog !== this.model.isLog || model.hasEndLabels !== this.model.hasEndLabels
    this.model = model
    this.axis = axis
    // Where a value lies on the canvas cannot be told from outside without these; the journey test measures by them.
    this.host.dataset.x = model.x.join(' ')
    this.host.dataset.y = model.y.join(' ')
    if (!this.frame || isOther) this.build()
    else this.rescale()
  }

  destroy(): void {
    for (const stop of this.stops) stop()
    this.hover.clear(this.id)
    this.tip.destroy()
    this.frame?.destroy()
    this.lines.remove()
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
    ctx.fillStyle = colourOf('--panel')
    ctx.fillRect(0, 0, made.width, made.height)
    const axes = this.frame?.ctx.canvas
    if (axes) ctx.drawImage(axes, 0, 0, made.width, made.height)
    ctx.scale(scale, scale)
    if (this.plot) drawLines(ctx, this.model, this.plot, bandAlpha())
    return made
  }

  // ---- layout

  private size(): { width: number; height: number } {
    return { width: Math.max(40, this.host.clientWidth), height: Math.max(40, this.host.clientHeight) }
  }

  private resize(): void {
    const { width, height } = this.size()
    if (this.frame && (this.frame.width !== width || this.frame.height !== height))
      this.frame.setSize({ width, height })
  }

  private build(): void {
    this.frame?.destroy()
    const label = (): string => colourOf('--chart-label')
    const font = FONT
    const { isLog, hasEndLabels } = this.model
    this.frame = new uPlot(
      {
        ...this.size(),
        legend: { show: false },
        cursor: { show: false },
        padding: [8, hasEndLabels ? END_LABELS_PX : 10, 0, 0],
        scales: {
          x: { time: false, range: () => [...this.model.x] },
          y: { distr: isLog ? 3 : 1, range: () => [...this.model.y] },
        },
        axes: [
          {
            font,
            stroke: label,
            size: 21,
            gap: 5,
            grid: { show: false },
            ticks: { show: false },
            border: { show: true, stroke: () => colourOf('--chart-axis'), width: 1 },
            splits: u => xTicks(this.model.axis, ...this.model.x, Math.max(2, u.width / 78)).at,
            values: (u, splits) => {
              const { step } = xTicks(this.model.axis, ...this.model.x, Math.max(2, u.width / 78))
              return splits.map(v => formatXTick(this.model.axis, v, step))
            },
          },
          {
            font,
            stroke: label,
            gap: 7,
            size: (_, values) => 13 + Math.max(22, ...(values ?? []).map(text => text.length * 6.1)),
            grid: { stroke: () => colourOf('--chart-grid'), width: 1 },
            ticks: { show: false },
            splits: u => this.yTicks(u.height),
            values: (u, splits) => splits.map(v => formatTick(v, isLog ? 0 : stepOf(splits, u))),
            filter: (_, splits) => splits,
          },
        ],
        series: [{}, {}],
        hooks: { draw: [() => this.drawn()] },
      },
      [[...this.model.x], [null, null]],
      this.host,
    )
    const wrap = this.frame.root.querySelector('.u-wrap') as HTMLElement
    wrap.append(this.lines, this.overlay)
  }

  private yTicks(height: number): number[] {
    const count = Math.max(2, Math.min(6, Math.round((height - 30) / 44)))
    const [low, high] = this.model.y
    return this.model.isLog ? logTicks(low, high, count) : linearTicks(low, high, count).at
  }

  private rescale(): void {
    this.frame?.batch(() => {
      this.frame?.setScale('x', { min: this.model.x[0], max: this.model.x[1] })
      this.frame?.setScale('y', { min: this.model.y[0], max: this.model.y[1] })
      this.frame?.redraw(false, true)
    })
  }

  /** uPlot drew its axes: the lines follow in the same frame. */
  private drawn(): void {
    const frame = this.frame
    if (!frame) return
    const ratio = uPlot.pxRatio
    const { left, top, width, height } = frame.bbox
    this.plot = plotOf(this.model, {
      left: left / ratio,
      top: top / ratio,
      width: width / ratio,
      height: height / ratio,
    })
    const ctx = fit(this.lines, frame.width, frame.height)
    if (ctx) drawLines(ctx, this.model, this.plot, bandAlpha())
    this.drawOverlay()
  }

  // ---- what the pointer is over

  private drawOverlay(): void {
    const { frame, plot, model } = this
    if (!frame || !plot) return
    const { run, x, axis, source } = this.hover.value
    const hovered = run === null ? undefined : model.series.find(series => series.id === run)
    const here = x !== null && axis === this.axis && x >= model.x[0] && x <= model.x[1] ? x : null
    this.lines.style.opacity = hovered ? DIMMED : ''
    const isNeeded = hovered !== undefined || here !== null || this.drag !== null
    this.overlay.hidden = !isNeeded
    if (!isNeeded || source !== this.id) this.tip.hide()
    if (!isNeeded) return
    const ctx = fit(this.overlay, frame.width, frame.height)
    if (!ctx) return
    if (hovered) drawHovered(ctx, hovered, model, plot, bandAlpha())
    if (this.drag?.isZoom) this.drawBrush(ctx, plot)
    if (here === null) return
    const readings = readingsAt(model, here, this.reach())
    this.drawCrosshair(ctx, plot, here, readings, hovered)
    if (source === this.id && !this.drag?.isZoom) this.showTip(here, readings, run)
  }

  private drawBrush(ctx: CanvasRenderingContext2D, plot: Plot): void {
    if (!this.drag) return
    const from = Math.max(plot.left, Math.min(this.drag.from, this.drag.to))
    const to = Math.min(plot.left + plot.width, Math.max(this.drag.from, this.drag.to))
    ctx.fillStyle = ctx.strokeStyle = colourOf('--accent')
    ctx.globalAlpha = 0.12
    ctx.fillRect(from, plot.top, to - from, plot.height)
    ctx.globalAlpha = 1
    ctx.lineWidth = 1
    ctx.strokeRect(Math.round(from) + 0.5, plot.top + 0.5, Math.round(to - from), plot.height - 1)
  }

  private drawCrosshair(
    ctx: CanvasRenderingContext2D,
    plot: Plot,
    at: number,
    readings: readonly Reading[],
    hovered: LineSeries | undefined,
  ): void {
    const x = Math.round(plot.x(at)) + 0.5
    const bottom = plot.top + plot.height
    ctx.strokeStyle = colourOf('--chart-cross')
    ctx.lineWidth = 1
    ctx.beginPath()
    ctx.moveTo(x, plot.top)
    ctx.lineTo(x, bottom)
    ctx.stroke()
    // The line pointed at comes last, above all others.
    for (const { series, row, value } of readings.toSorted(
      (a, b) => Number(a.series === hovered) - Number(b.series === hovered),
    )) {
      const y = plot.y(value)
      if (!(y >= plot.top - 3 && y <= bottom + 3)) continue
      ctx.fillStyle = colourOf(series.colour)
      const place = plot.x(series.x[row] as number)
      if (series === hovered) {
        ctx.strokeStyle = colourOf('--panel')
        ctx.lineWidth = 1.6
        dot(ctx, place, y, 4)
        ctx.stroke()
      } else dot(ctx, place, y, 2.5)
    }
    const text = formatX(this.model.axis, at)
    ctx.font = LABEL_FONT
    const width = ctx.measureText(text).width + 10
    const left = Math.max(0, Math.min(plot.left + plot.width + 8 - width, x - width / 2))
    ctx.fillStyle = colourOf('--text-1')
    ctx.beginPath()
    ctx.roundRect(left, bottom + 2, width, 16, 3)
    ctx.fill()
    ctx.fillStyle = colourOf('--text-inv')
    ctx.textAlign = 'left'
    ctx.textBaseline = 'middle'
    ctx.fillText(text, left + 5, bottom + 10.5)
  }

  private showTip(at: number, readings: Reading[], hovered: string | null): void {
    const plot = this.plot as Plot
    const most = window.innerWidth <= 720 ? TIP_ROWS_PHONE : TIP_ROWS
    this.tip.show(
      {
        xTitle: this.model.xTitle,
        xText: formatX(this.model.axis, at),
        yTitle: this.model.yTitle,
        readings,
        shown: shownReadings(readings, most, hovered),
        hovered,
      },
      { x: plot.x(at), y: this.pointer?.y ?? plot.top + plot.height / 3, isAbove: this.pointer?.isTouch ?? false },
    )
  }

  private reach(): number {
    const plot = this.plot as Plot
    return ((this.model.x[1] - this.model.x[0]) / Math.max(1, plot.width)) * OUTSIDE_PX
  }

  private valueAt(px: number): number {
    const plot = this.plot as Plot
    const part = Math.max(0, Math.min(1, (px - plot.left) / Math.max(1, plot.width)))
    return this.model.x[0] + part * (this.model.x[1] - this.model.x[0])
  }

  /** The line nearest to the pointer, and the x of its row there. */
  private point(px: number, py: number): void {
    const { plot, model } = this
    if (!plot) return
    let x = this.valueAt(px)
    if (model.axis === 'step') x = Math.round(x)
    let best: Reading | null = null
    let distance = REACH_PX
    for (const reading of readingsAt(model, x, this.reach())) {
      const away = Math.abs(plot.y(reading.value) - py)
      if (away < distance) [distance, best] = [away, reading]
    }
    if (best) {
      const row = best.series.x[best.row] as number
      // Snap to the row only where that moves the crosshair less than the eye can tell.
      if (Math.abs(plot.x(row) - px) < REACH_PX) x = row
    }
    this.hover.set({ run: best?.series.id ?? null, x, axis: this.axis, source: this.id })
  }

  // ---- pointer and keyboard

  private listen(): void {
    const on = <K extends keyof HTMLElementEventMap>(type: K, call: (event: HTMLElementEventMap[K]) => void): void => {
      this.host.addEventListener(type, call)
      this.stops.push(() => this.host.removeEventListener(type, call))
    }
    on('pointerdown', event => {
      if (event.button !== 0 || !this.plot) return
      const { x } = this.place(event)
      if (event.pointerType === 'mouse') this.drag = { from: x, to: x, isZoom: false, pointer: event.pointerId }
      else this.moved(event)
    })
    on('pointermove', event => this.moved(event))
    on('pointerup', event => this.released(event))
    on('pointercancel', () => this.left())
    on('pointerleave', event => {
      if (!this.drag?.isZoom && event.pointerType === 'mouse') this.left()
    })
    on('dblclick', () => this.events.onZoomReset())
    on('keydown', event => this.key(event))
    on('blur', () => this.left())
  }

  private place(event: PointerEvent): { x: number; y: number } {
    const box = this.host.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  private moved(event: PointerEvent): void {
    if (!this.plot) return
    const { x, y } = this.place(event)
    this.pointer = { x, y, isTouch: event.pointerType !== 'mouse' }
    if (this.drag && !this.drag.isZoom && Math.abs(x - this.drag.from) > DRAG_PX) {
      this.drag.isZoom = true
      this.host.setPointerCapture(event.pointerId)
    }
    if (this.drag?.isZoom) {
      this.drag.to = x
      this.tip.hide()
      this.drawOverlay()
      return
    }
    const { left, width, top, height } = this.plot
    if (x < left - 2 || x > left + width + 2 || y < top - 8 || y > top + height + 20) this.hover.clear(this.id)
    else this.point(x, y)
  }

  private released(event: PointerEvent): void {
    const drag = this.drag
    this.drag = null
    if (event.pointerType !== 'mouse') {
      this.left()
      return
    }
    if (!drag?.isZoom) return
    this.drawOverlay()
    const low = this.valueAt(Math.min(drag.from, drag.to))
    const high = this.valueAt(Math.max(drag.from, drag.to))
    if (high > low)
      this.events.onZoom(this.model.axis === 'step' ? [Math.floor(low), Math.ceil(high) + 1] : [low, high])
  }

  private left(): void {
    this.drag = null
    this.pointer = null
    this.hover.clear(this.id)
    this.drawOverlay()
  }

  /** Arrows walk along a line, and from line to line. */
  private key(event: KeyboardEvent): void {
    const { model } = this
    if (event.ctrlKey || event.metaKey || event.altKey || model.series.length === 0) return
    const { run, x } = this.hover.value
    const lines = model.series.filter(series => series.x.length > 0)
    const series = lines.find(line => line.id === run) ?? lines[0]
    if (!series) return
    const rows = series.x.length
    const row = x === null ? rows - 1 : Math.max(0, nearest(series, x))
    const stride = event.shiftKey ? Math.max(1, Math.round(rows / 20)) : 1
    let next = row
    let line = series
    if (event.key === 'ArrowLeft') next = x === null ? row : row - stride
    else if (event.key === 'ArrowRight') next = x === null ? row : row + stride
    else if (event.key === 'Home') next = 0
    else if (event.key === 'End') next = rows - 1
    else if (event.key === 'ArrowUp' || event.key === 'ArrowDown')
      line = this.neighbour(series, row, event.key === 'ArrowUp' ? -1 : 1)
    else return
    event.preventDefault()
    const at = line === series ? (series.x[Math.max(0, Math.min(rows - 1, next))] as number) : (series.x[row] as number)
    this.pointer = null
    this.hover.set({ run: line.id, x: at, axis: this.axis, source: this.id })
    const spoken = readingsAt(model, at, this.reach()).find(reading => reading.series === line)
    const value = spoken ? formatValue(spoken.value) : 'no value'
    this.events.onSpeak(`${line.label}, ${model.xTitle} ${formatX(model.axis, at)}, ${value}`)
  }

  private neighbour(series: LineSeries, row: number, by: number): LineSeries {
    const readings = readingsAt(this.model, series.x[row] as number, this.reach())
    const place = readings.findIndex(reading => reading.series === series)
    return readings[Math.max(0, Math.min(readings.length - 1, place + by))]?.series ?? series
  }
}

function nearest(series: LineSeries, x: number): number {
  let best = 0
  for (let i = 1; i < series.x.length; i++) {
    if (Math.abs((series.x[i] as number) - x) < Math.abs((series.x[best] as number) - x)) best = i
  }
  return best
}

function stepOf(splits: number[], u: uPlot): number {
  const [first, second] = splits
  return first === undefined || second === undefined ? (u.scales.y?.max ?? 1) / 10 : second - first
}

const bandAlpha = (): number => numberOf('--band-alpha', 0.15)

/** The canvas at that size in CSS pixels, cleared, ready to draw on in CSS pixels. */
function fit(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio || 1
  const ctx = canvas.getContext('2d')
  if (!ctx) return null
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w
    canvas.height = h
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0)
  ctx.clearRect(0, 0, width, height)
  return ctx
}
