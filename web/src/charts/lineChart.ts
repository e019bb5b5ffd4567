/**
 * A line chart in an element: uPlot lays out scales and axes; lines and the crosshair have canvases of their own above it.
 *
 * Runs need not share x values, so no table of all x is ever joined; pointing at a line redraws one line, not all of them
 * (the others are dimmed by the compositor). uPlot sees places on evenly spread scales; what is logarithmic is `scales`'.
 * No React here; `panels/line` mounts it.
 */

import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { drawBrush, drawCrosshair } from './crosshair'
import { fit } from './canvas'
import { type Brush, Gestures } from './gestures'
import type { HoverBus } from './hover'
import { drawHovered, drawLines } from './lines'
import {
  type LineModel,
  type LineSeries,
  NO_LINES,
  type Range,
  type Reading,
  readingsAt,
  rowAt,
  shownReadings,
  type Happening,
} from './model'
import { formatTick, formatValue } from './number'
import { colourOf, numberOf, onThemeChange } from './palette'
import { END_LABELS_PX, type Plot, plotOf, yOf } from './plot'
import { moved, type Scale, scaleOf, scaleTicks, zoomed } from './lineScales'
import { formatX, formatXTick, xTicks } from './ticks'
import { Tip } from './tip'

export interface LineChartEvents {
  /** Stretches were brushed: of x, of y, or of both. */
  onZoom(x: Range | null, y: Range | null): void
  /** x is being moved or widened; `isLast`: the hand rests. */
  onView(x: Range): void
  onZoomReset(): void
  /** A stretch of x was brushed while regions are being marked. */
  onRegion(x: Range): void
  onRegionOpen(id: string): void
  onOpenRun(run: string, isNewTab: boolean): void
  /** What happened was clicked: the page that tells of it. */
  onFollow(href: string, isNewTab: boolean): void
  onCopy(text: string): void
  /** What a screen reader should say about the place of the keyboard cursor. */
  onSpeak(text: string): void
}

const FONT = '11px Geist, system-ui, sans-serif'
/** How near the pointer must be to a line to mean it. */
const REACH_PX = 26
/** Beyond a line's last row it still has a value for this far. */
const OUTSIDE_PX = 6
/** How near a click must be to a line to open its run. */
const CLICK_PX = 9
const DIMMED = '0.34'
const TIP_ROWS = 10
/** What happened so near to the crosshair is told. */
const NOTE_PX = 6
/** Above the axis, where ticks stand. */
const TICK_PX = 12
const NOTES_MAX = 3
const TIP_ROWS_PHONE = 6
/** What the name of the x axis takes, and about what a letter of it does. */
const TITLE_PX = 15
const LETTER_PX = 6.1
/** About what the labels of y take. */
const Y_LABELS_PX = 40
/** uPlot shows no ticks where none of its own distances between them fits; where they stand is ours to say, whatever the size. */
const ANY_DISTANCE = [Number.MAX_VALUE]

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
  /** The line pointed at here: several may be of one run. */
  private line: string | null = null
  private brush: Brush | null = null
  private pointer: { x: number; y: number; isTouch: boolean } | null = null
  private readonly gestures: Gestures
  /** Brushing marks a region instead of zooming. */
  isMarking = false

  constructor(host: HTMLElement, options: { id: string; hover: HoverBus; events: LineChartEvents }) {
    this.host = host
    this.id = options.id
    this.hover = options.hover
    this.events = options.events
    this.lines.className = 'chart-lines'
    this.overlay.className = 'chart-overlay'
    this.tip = new Tip(host, text => this.events.onCopy(text))
    const resize = new ResizeObserver(() => this.resize())
    resize.observe(host)
    this.stops.push(
      () => resize.disconnect(),
      onThemeChange(() => this.frame?.redraw(false)),
      this.hover.subscribe(() => this.drawOverlay()),
    )
    this.gestures = new Gestures(host, {
      onPoint: place => this.pointed(place),
      onLeave: () => this.left(),
      onBrushing: brush => this.brushing(brush),
      onBrush: brush => this.brushed(brush),
      onWiden: (factor, at, dx) => this.widened(factor, at, dx),
      onClick: (place, how) => this.clicked(place, how),
      onReset: () => this.events.onZoomReset(),
      isPlot: place => this.isPlot(place),
    })
    const onKey = (event: KeyboardEvent): void => this.key(event)
    const onBlur = (event: FocusEvent): void => {
      if (!(event.relatedTarget instanceof Node && host.contains(event.relatedTarget))) this.left()
    }
    host.addEventListener('keydown', onKey)
    host.addEventListener('blur', onBlur)
    this.stops.push(
      () => host.removeEventListener('keydown', onKey),
      () => host.removeEventListener('blur', onBlur),
      () => this.gestures.destroy(),
    )
    // Text measured before the font is there would leave the labels at odds with their room.
    void document.fonts?.ready.then(() => this.frame?.redraw(false, true))
  }

  /** Draws `model` from now on. `axis` names what x counts; panels of one axis share the crosshair. */
  set(model: LineModel, axis: string): void {
    const isOther =
      (model.y2 === null) !== (this.model.y2 === null) ||
      model.hasEndLabels !== this.model.hasEndLabels ||
      hasTitle(model) !== hasTitle(this.model)
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

  /** The text of the tip at the crosshair, to be copied. */
  get tipText(): string {
    return this.tip.text
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
    const { hasEndLabels, y2 } = this.model
    const yAxis = (scale: 'y' | 'y2'): uPlot.Axis => ({
      font,
      scale,
      side: scale === 'y' ? 3 : 1,
      stroke: label,
      gap: 7,
      size: (_, values) => 13 + Math.max(22, ...(values ?? []).map(text => text.length * 6.1)),
      grid: { show: scale === 'y', stroke: () => colourOf('--chart-grid'), width: 1 },
      ticks: { show: false },
      incrs: ANY_DISTANCE,
      splits: u => this.yTicks(scale, u.height).at.map(this.scale(scale).to),
      values: u => {
        const { at, step } = this.yTicks(scale, u.height)
        return at.map(v => formatTick(v, step))
      },
      filter: (_, splits) => splits,
    })
    this.frame = new uPlot(
      {
        ...this.size(),
        legend: { show: false },
        cursor: { show: false },
        padding: [8, y2 ? (hasEndLabels ? END_LABELS_PX - 30 : 0) : hasEndLabels ? END_LABELS_PX : 10, 0, 0],
        scales: {
          x: { time: false, range: () => this.places('x') },
          y: { range: () => this.places('y') },
          ...(y2 ? { y2: { range: () => this.places('y2') } } : {}),
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
            incrs: ANY_DISTANCE,
            splits: u => this.xTicks(u.width).at.map(this.scale('x').to),
            // Steps and times are known by their labels; what else is counted has to be named.
            ...(hasTitle(this.model)
              ? { label: u => cut(this.model.xTitle, u.width), labelSize: TITLE_PX, labelGap: 0, labelFont: font }
              : {}),
            values: u => {
              const { at, step } = this.xTicks(u.width)
              return at.map(v => formatXTick(this.model.axis, v, step))
            },
            filter: (_, splits) => splits,
          },
          yAxis('y'),
          ...(y2 ? [yAxis('y2')] : []),
        ],
        series: y2 ? [{}, { scale: 'y' }, { scale: 'y2' }] : [{}, {}],
        hooks: { draw: [() => this.drawn()] },
      },
      y2 ? [this.places('x'), [null, null], [null, null]] : [this.places('x'), [null, null]],
      this.host,
    )
    const wrap = this.frame.root.querySelector('.u-wrap') as HTMLElement
    wrap.append(this.lines, this.overlay)
  }

  private scale(name: 'x' | 'y' | 'y2'): Scale {
    const { model } = this
    if (name === 'x') return scaleOf(model.xScale, model.x)
    return name === 'y' ? scaleOf(model.yScale, model.y) : scaleOf(model.y2Scale, model.y2 ?? model.y)
  }

  /** The ends of an axis, as uPlot counts. */
  private places(name: 'x' | 'y' | 'y2'): [number, number] {
    const { to } = this.scale(name)
    const [low, high] = name === 'x' ? this.model.x : name === 'y' ? this.model.y : (this.model.y2 ?? this.model.y)
    return [to(low), to(high)]
  }

  private xTicks(width: number): { at: number[]; step: number } {
    const { axis, x, xScale, hasEndLabels } = this.model
    // The time of day is the longest label: what stands beside the plot is no room for it.
    const room = axis === 'time' ? width - Y_LABELS_PX - (hasEndLabels ? END_LABELS_PX : 0) : width
    const count = Math.max(2, room / 78)
    return xScale === 'linear' ? xTicks(axis, ...x, count) : scaleTicks(xScale, ...x, Math.round(count))
  }

  private yTicks(name: 'y' | 'y2', height: number): { at: number[]; step: number } {
    const count = Math.max(2, Math.min(6, Math.round((height - 30) / 44)))
    const { model } = this
    return name === 'y'
      ? scaleTicks(model.yScale, ...model.y, count)
      : scaleTicks(model.y2Scale, ...(model.y2 ?? model.y), count)
  }

  private rescale(): void {
    this.frame?.batch(() => {
      for (const name of this.model.y2 ? (['x', 'y', 'y2'] as const) : (['x', 'y'] as const)) {
        const [min, max] = this.places(name)
        this.frame?.setScale(name, { min, max })
      }
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
    const ctx = fit(this.lines, frame)
    if (ctx) drawLines(ctx, this.model, this.plot, bandAlpha())
    this.drawOverlay()
    // The hand was here before the lines were.
    if (this.pointer && this.hover.value.source === '') this.pointed(this.pointer)
  }

  // ---- what the pointer is over

  /** The line that everything is dimmed for: the one pointed at here, else the first of the run pointed at elsewhere. */
  private hovered(): LineSeries[] {
    const { run, source } = this.hover.value
    if (run === null) return []
    const own = source === this.id ? this.model.series.filter(series => series.id === this.line) : []
    return own.length > 0 ? own : this.model.series.filter(series => series.run === run)
  }

  private drawOverlay(): void {
    const { frame, plot, model } = this
    if (!frame || !plot) return
    const { x, axis, source } = this.hover.value
    const hovered = this.hovered()
    const here = x !== null && axis === this.axis && x >= model.x[0] && x <= model.x[1] ? x : null
    this.lines.style.opacity = hovered.length > 0 ? DIMMED : ''
    const isNeeded = hovered.length > 0 || here !== null || this.brush !== null
    this.overlay.hidden = !isNeeded
    if (!isNeeded || source !== this.id) this.tip.hide()
    if (!isNeeded) return
    const ctx = fit(this.overlay, frame)
    if (!ctx) return
    for (const series of hovered) drawHovered(ctx, series, model, plot, bandAlpha())
    if (this.brush) drawBrush(ctx, plot, this.brush, this.isMarking)
    if (here === null) return
    const readings = readingsAt(model, here, this.reach())
    drawCrosshair(ctx, plot, model, here, readings, hovered)
    if (source === this.id && !this.brush) this.showTip(here, readings, hovered[0]?.id ?? null)
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
        tell: this.model.tell,
        notes: this.notesAt(plot, plot.x(at)),
      },
      { x: plot.x(at), y: this.pointer?.y ?? plot.top + plot.height / 3, isAbove: this.pointer?.isTouch ?? false },
    )
  }

  /** The nearest tick that leads somewhere. */
  private tickAt(px: number): Happening | undefined {
    const plot = this.plot as Plot
    const far = ({ x }: Happening): number => Math.abs(plot.x(x) - px)
    const near = this.model.happenings.filter(one => one.href !== undefined && far(one) <= NOTE_PX)
    return near.toSorted((a, b) => far(a) - far(b))[0]
  }

  private notesAt(plot: Plot, px: number): string[] {
    const near = this.model.happenings.filter(({ x }) => Math.abs(plot.x(x) - px) <= NOTE_PX)
    return near.slice(0, NOTES_MAX).map(({ text }) => text)
  }

  private reach(): number {
    const plot = this.plot as Plot
    return Math.abs(plot.atX(plot.left + OUTSIDE_PX) - this.model.x[0])
  }

  private isPlot({ x, y }: { x: number; y: number }): boolean {
    if (!this.plot) return false
    const { left, width, top, height } = this.plot
    return x >= left - 2 && x <= left + width + 2 && y >= top - 8 && y <= top + height + 20
  }

  private valueAt(px: number): number {
    const plot = this.plot as Plot
    return plot.atX(Math.max(plot.left, Math.min(plot.left + plot.width, px)))
  }

  /** The line nearest to a place of the plot, within `reach` pixels of it. */
  private nearestLine(px: number, py: number, reach: number): Reading | null {
    const plot = this.plot as Plot
    let best: Reading | null = null
    let distance = reach
    for (const reading of readingsAt(this.model, this.valueAt(px), this.reach())) {
      const away = Math.abs(yOf(plot, reading.series)(reading.place) - py)
      if (away < distance) [distance, best] = [away, reading]
    }
    return best
  }

  private pointed({ x: px, y: py, isTouch }: { x: number; y: number; isTouch: boolean }): void {
    const { plot, model } = this
    if (this.tip.isPinned) return
    this.pointer = { x: px, y: py, isTouch }
    if (!plot) return
    if (!this.isPlot({ x: px, y: py })) {
      this.hover.clear(this.id)
      return
    }
    let x = this.valueAt(px)
    if (model.axis === 'step') x = Math.round(x)
    const best = this.nearestLine(px, py, REACH_PX)
    if (best) {
      const row = best.series.x[best.row] as number
      // Snap to the row only where that moves the crosshair less than the eye can tell.
      if (Math.abs(plot.x(row) - px) < REACH_PX) x = row
    }
    const isOtherLine = this.line !== (best?.series.id ?? null)
    this.line = best?.series.id ?? null
    this.hover.set({ run: best?.series.run ?? null, x, axis: this.axis, source: this.id })
    // Another line of the same run at the same place: the bus has nothing to say of that.
    if (isOtherLine) this.drawOverlay()
  }

  // ---- what the hand does

  private brushing(brush: Brush | null): void {
    this.brush = brush
    this.drawOverlay()
  }

  private brushed({ kind, from, to }: Brush): void {
    const plot = this.plot as Plot
    const low = this.valueAt(Math.min(from.x, to.x))
    const high = this.valueAt(Math.max(from.x, to.x))
    const x: Range | null =
      kind === 'y' || !(high > low)
        ? null
        : this.model.axis === 'step'
          ? [Math.floor(low), Math.ceil(high) + 1]
          : [low, high]
    if (this.isMarking) {
      if (x) this.events.onRegion(x)
      return
    }
    const inside = (py: number): number => plot.atY(Math.max(plot.top, Math.min(plot.top + plot.height, py)))
    const y: Range | null = kind === 'x' ? null : [inside(Math.max(from.y, to.y)), inside(Math.min(from.y, to.y))]
    if (x || y) this.events.onZoom(x, y)
  }

  private widened(factor: number, at: { x: number; y: number }, dx: number): void {
    const plot = this.plot as Plot
    const scale = this.scale('x')
    let x: Range = zoomed(scale, this.model.x, this.valueAt(at.x), factor)
    x = moved(scale, x, -dx / Math.max(1, plot.width))
    const least = this.model.axis === 'step' ? 2 : Math.abs(this.model.x[1]) * 1e-12
    if (x[1] - x[0] > least && x.every(Number.isFinite)) this.events.onView(x)
  }

  private clicked(
    { x, y }: { x: number; y: number },
    { isNewTab, isPin }: { isNewTab: boolean; isPin: boolean },
  ): void {
    if (!this.plot) return
    if (this.tip.isPinned) {
      this.tip.unpin()
      if (isPin) return
    } else if (isPin) {
      this.pointed({ x, y, isTouch: false })
      this.tip.pin()
      return
    }
    const region = this.model.regions.find(
      ({ from, to }) =>
        y < this.plot!.top + 20 &&
        x >= this.plot!.x(from) - 3 &&
        x <= Math.max(this.plot!.x(to), this.plot!.x(from) + 90),
    )
    if (region) {
      this.events.onRegionOpen(region.id)
      return
    }
    const mark = y > this.plot.top + this.plot.height - TICK_PX ? this.tickAt(x) : undefined
    if (mark?.href) {
      this.events.onFollow(mark.href, isNewTab)
      return
    }
    const best = this.nearestLine(x, y, CLICK_PX)
    if (best && !best.series.isGroup) this.events.onOpenRun(best.series.run, isNewTab)
  }

  private left(): void {
    this.brush = null
    this.pointer = null
    if (this.tip.isPinned) return
    this.line = null
    this.hover.clear(this.id)
    this.drawOverlay()
  }

  // ---- keyboard

  /** Arrows walk along a line and from line to line, Home and End to its ends; Tab takes the next line while the cursor is out. */
  private key(event: KeyboardEvent): void {
    const { model } = this
    if (event.target !== this.host || event.altKey) return
    const lines = model.series.filter(series => series.x.length > 0 && !series.isFaint)
    const { run, x, source } = this.hover.value
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c' && x !== null && source === this.id) {
      event.preventDefault()
      this.events.onCopy(this.tip.text)
      return
    }
    if (event.ctrlKey || event.metaKey) return
    if (event.key === 'Escape' && (x !== null || this.tip.isPinned)) {
      if (this.tip.isPinned) this.tip.unpin()
      this.left()
      event.preventDefault()
      event.stopPropagation()
      return
    }
    const own = lines.find(line => line.id === this.line && line.run === run)
    const series = own ?? lines.find(line => line.run === run) ?? lines[0]
    if (!series) return
    const rows = series.x.length
    const row = x === null ? rows - 1 : Math.max(0, rowAt(series, x, Number.POSITIVE_INFINITY))
    const stride = event.shiftKey ? Math.max(1, Math.round(rows / 20)) : 1
    let next = row
    let line = series
    if (event.key === 'ArrowLeft') next = x === null ? row : row - stride
    else if (event.key === 'ArrowRight') next = x === null ? row : row + stride
    else if (event.key === 'Home') next = 0
    else if (event.key === 'End') next = rows - 1
    else if (event.key === 'ArrowUp' || event.key === 'ArrowDown')
      line = this.neighbour(series, row, event.key === 'ArrowUp' ? -1 : 1)
    else if (event.key === 'Tab' && x !== null && source === this.id) {
      const other = lines[lines.indexOf(series) + (event.shiftKey ? -1 : 1)]
      // Past the last line the focus goes on as everywhere.
      if (!other) return
      line = other
    } else return
    event.preventDefault()
    let at = series.x[row] as number
    if (line === series) at = series.x[Math.max(0, Math.min(rows - 1, next))] as number
    this.pointer = null
    this.line = line.id
    this.hover.set({ run: line.run, x: at, axis: this.axis, source: this.id })
    this.drawOverlay()
    const spoken = readingsAt(model, at, this.reach()).find(reading => reading.series === line)
    const value = spoken ? (model.tell?.(spoken) ?? formatValue(spoken.value)) : 'no value'
    const notes = this.plot ? this.notesAt(this.plot, this.plot.x(at)) : []
    this.events.onSpeak([line.label, `${model.xTitle} ${formatX(model.axis, at)}`, value, ...notes].join(', '))
  }

  private neighbour(series: LineSeries, row: number, by: number): LineSeries {
    const readings = readingsAt(this.model, series.x[row] as number, this.reach())
    const place = readings.findIndex(reading => reading.series === series)
    return readings[Math.max(0, Math.min(readings.length - 1, place + by))]?.series ?? series
  }
}

const bandAlpha = (): number => numberOf('--band-alpha', 0.15)

const hasTitle = ({ axis }: LineModel): boolean => axis === 'number'

function cut(title: string, widthPx: number): string {
  const most = Math.max(8, Math.floor(widthPx / LETTER_PX) - 12)
  return title.length > most ? `${title.slice(0, most - 1)}…` : title
}
