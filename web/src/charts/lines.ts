/** Draws lines, spikes, odd points and live heads. Coordinates are CSS pixels; what lies behind the lines is `areas`'. */

import { drawArea, drawBand, drawDensity, drawHappenings, drawRegions } from './areas'
import { drawMark } from './lineMarks'
import type { LineModel, LineSeries, Values } from './model'
import { colourOf } from './palette'
import type { Pen } from './pen'
import { cutText, END_LABEL_FONT, END_LABELS_PX, type Plot, visibleRows, yOf } from './plot'

export const LINE_PX = 1.4
export const HOVERED_PX = 2.25
/** The middle of a group. */
const GROUP_PX = 1.75
const RAW_ALPHA = 0.22
const FAINT_ALPHA = 0.22
const SPIKE_ALPHA = 0.85
const HALO_ALPHA = 0.22
const LABEL_GAP_PX = 13
/** From so many rows in a column of pixels on, only the column's extremes are drawn. */
const DENSE_ROWS = 2.5
/** Points stand this far apart before each gets its mark. */
const MARK_GAP_PX = 7

export function drawLines(ctx: Pen, model: LineModel, plot: Plot, bandAlpha: number): void {
  drawRegions(ctx, model, plot)
  ctx.save()
  clip(ctx, plot)
  drawDensity(ctx, model, plot)
  for (const series of model.series) {
    if (series.base || series.draw === 'area') drawArea(ctx, series, model, plot)
    else if (hasBand(series, model, false)) drawBand(ctx, series, model, plot, series.raw ? bandAlpha * 0.6 : bandAlpha)
  }
  for (const series of model.series) {
    if (!series.raw) continue
    ctx.globalAlpha = RAW_ALPHA
    stroke(ctx, series, series.raw, model, plot, 1)
    ctx.globalAlpha = 1
  }
  for (const series of model.series) drawSpikes(ctx, series, plot, LINE_PX * 0.85)
  // What is faint lies behind.
  for (const isFaint of [true, false]) {
    for (const series of model.series) {
      if (series.isFaint !== isFaint) continue
      ctx.globalAlpha = isFaint ? FAINT_ALPHA : 1
      stroke(ctx, series, series.y, model, plot, isFaint ? 1 : widthOf(series))
    }
  }
  ctx.globalAlpha = 1
  ctx.restore()
  for (const series of model.series) {
    if (series.isFaint) continue
    drawMarks(ctx, series, model, plot)
    drawOdd(ctx, series, model, plot)
    if (series.isLive) drawHead(ctx, series, model, plot)
  }
  drawHappenings(ctx, model, plot)
  if (model.hasEndLabels) drawEndLabels(ctx, model, plot)
}

const widthOf = (series: LineSeries): number => series.width || (series.isGroup ? GROUP_PX : LINE_PX)

function hasBand(series: LineSeries, model: LineModel, isHovered: boolean): boolean {
  if (series.isFaint || series.base || series.draw === 'points') return false
  return series.isGroup || model.bounds === 'always' || (isHovered && model.bounds === 'hover')
}

/** One line on top of the dimmed others. */
export function drawHovered(ctx: Pen, series: LineSeries, model: LineModel, plot: Plot, bandAlpha: number): void {
  ctx.save()
  clip(ctx, plot)
  if (series.base || series.draw === 'area') drawArea(ctx, series, model, plot)
  else if (hasBand(series, model, true)) drawBand(ctx, series, model, plot, bandAlpha)
  drawSpikes(ctx, series, plot, LINE_PX)
  stroke(ctx, series, series.y, model, plot, Math.max(HOVERED_PX, series.width + 0.6))
  ctx.restore()
  drawMarks(ctx, series, model, plot)
  drawOdd(ctx, series, model, plot)
  if (series.isLive) drawHead(ctx, series, model, plot)
}

function clip(ctx: Pen, plot: Plot): void {
  ctx.beginPath()
  // A little above the plot, so that a line along the upper edge keeps its width.
  ctx.rect(plot.left, plot.top - 3, plot.width + 1, plot.height + 3.5)
  ctx.clip()
}

function stroke(ctx: Pen, series: LineSeries, values: Values, model: LineModel, plot: Plot, width: number): void {
  const [from, to] = visibleRows(series, model)
  ctx.strokeStyle = ctx.fillStyle = colourOf(series.colour)
  if (series.draw === 'points') {
    drawPoints(ctx, series, values, from, to, plot, width)
    return
  }
  const place = yOf(plot, series)
  ctx.lineWidth = width
  // Where points stand closer than pixels nobody sees a round corner, and each costs as much as its line.
  const isDense = to - from > plot.width
  ctx.lineJoin = isDense ? 'bevel' : 'round'
  ctx.lineCap = isDense ? 'butt' : 'round'
  ctx.setLineDash(series.dash as number[])
  ctx.beginPath()
  if (to - from > DENSE_ROWS * plot.width * deviceScale()) {
    tracePixels(ctx, series.x, values, from, to, plot, place)
    ctx.stroke()
    ctx.setLineDash([])
    return
  }
  const isStep = series.draw === 'step'
  const alone: [number, number][] = []
  let run = 0
  let lastX = 0
  let lastY = 0
  for (let i = from; i < to; i++) {
    const y = place(values[i] as number)
    const x = plot.x(series.x[i] as number)
    if (!Number.isFinite(y) || !Number.isFinite(x)) {
      if (run === 1) alone.push([lastX, lastY])
      run = 0
      continue
    }
    if (run++ === 0) ctx.moveTo(x, y)
    else {
      if (isStep) ctx.lineTo(x, lastY)
      ctx.lineTo(x, y)
    }
    lastX = x
    lastY = y
  }
  if (run === 1) alone.push([lastX, lastY])
  ctx.stroke()
  ctx.setLineDash([])
  // A point with no neighbour has no line: it is a dot, or it would not be there.
  for (const [x, y] of alone) dot(ctx, x, y, Math.max(2.5, width * 1.3))
}

function drawPoints(
  ctx: Pen,
  series: LineSeries,
  values: Values,
  from: number,
  to: number,
  plot: Plot,
  width: number,
): void {
  const place = yOf(plot, series)
  const mark = series.mark === 'none' ? 'circle' : series.mark
  // Thousands of points in a panel shrink so that they stay apart.
  const size = to - from > plot.width ? Math.max(1, width * 0.8) : Math.max(1.8, width * 1.4)
  for (let i = from; i < to; i++) {
    const y = place(values[i] as number)
    const x = plot.x(series.x[i] as number)
    if (Number.isFinite(y) && Number.isFinite(x)) drawMark(ctx, mark, x, y, size)
  }
}

/** Marks on the line's points, where they stand apart. */
function drawMarks(ctx: Pen, series: LineSeries, model: LineModel, plot: Plot): void {
  if (series.mark === 'none' || series.draw === 'points') return
  const [from, to] = visibleRows(series, model)
  const place = yOf(plot, series)
  const size = Math.max(2.6, widthOf(series) * 1.7)
  ctx.strokeStyle = ctx.fillStyle = colourOf(series.colour)
  let last = Number.NEGATIVE_INFINITY
  for (let i = from; i < to; i++) {
    const x = plot.x(series.x[i] as number)
    const y = place(series.y[i] as number)
    if (x - last < MARK_GAP_PX || !isInside(plot, x, y)) continue
    drawMark(ctx, series.mark, x, y, size)
    last = x
  }
}

function isInside(plot: Plot, x: number, y: number): boolean {
  return x >= plot.left - 1 && x <= plot.left + plot.width + 1 && y >= plot.top - 3 && y <= plot.top + plot.height + 3
}

const deviceScale = (): number => globalThis.devicePixelRatio || 1

/**
 * The path of many rows in few pixels: in each column of device pixels only the lowest and the highest, in the order in which
 * they came. It covers the same pixels, extremes included, for a part of the work.
 */
export function tracePixels(
  path: Pick<Pen, 'moveTo' | 'lineTo'>,
  xs: Float64Array,
  values: Values,
  from: number,
  to: number,
  plot: Plot,
  place: Plot['y'] = plot.y,
): void {
  const scale = deviceScale()
  let isOpen = false
  const point = (row: number): void => {
    const x = plot.x(xs[row] as number)
    const y = place(values[row] as number)
    if (isOpen) path.lineTo(x, y)
    else path.moveTo(x, y)
    // A piece of a single point shows too: a line back to itself paints its round or square end.
    if (!isOpen) path.lineTo(x + 0.01, y)
    isOpen = true
  }
  let column = Number.NaN
  let least = -1
  let most = -1
  const close = (): void => {
    if (least < 0) return
    point(Math.min(least, most))
    if (least !== most) point(Math.max(least, most))
    least = most = -1
  }
  for (let row = from; row < to; row++) {
    const value = values[row] as number
    if (!Number.isFinite(place(value)) || !Number.isFinite(plot.x(xs[row] as number))) {
      close()
      isOpen = false
      column = Number.NaN
      continue
    }
    const pixel = Math.floor(plot.x(xs[row] as number) * scale)
    if (pixel !== column) {
      close()
      column = pixel
    }
    if (least < 0 || value < (values[least] as number)) least = row
    if (most < 0 || value > (values[most] as number)) most = row
  }
  close()
}

function drawSpikes(ctx: Pen, series: LineSeries, plot: Plot, width: number): void {
  const { low, high, spikes } = series
  if (!low || !high || spikes.length === 0 || series.isFaint || series.base) return
  const place = yOf(plot, series)
  ctx.strokeStyle = colourOf(series.colour)
  ctx.globalAlpha = SPIKE_ALPHA
  ctx.lineWidth = width
  ctx.beginPath()
  const floor = plot.top + plot.height
  for (const i of spikes) {
    const x = plot.x(series.x[i] as number)
    const top = place(high[i] as number)
    const bottom = place(low[i] as number)
    ctx.moveTo(x, Number.isFinite(bottom) ? bottom : floor)
    ctx.lineTo(x, Number.isFinite(top) ? top : floor)
  }
  ctx.stroke()
  ctx.globalAlpha = 1
}

/** NaN as an open mark on the lower edge, ±∞ as arrows on their edges. */
function drawOdd(ctx: Pen, series: LineSeries, model: LineModel, plot: Plot): void {
  ctx.strokeStyle = ctx.fillStyle = colourOf(series.colour)
  ctx.lineWidth = 1.2
  const bottom = plot.top + plot.height
  let lastPlace = Number.NEGATIVE_INFINITY
  let lastKind = ''
  for (const { x: at, kind } of series.odd) {
    if (at < model.x[0] || at > model.x[1]) continue
    const x = plot.x(at)
    // Marks on top of each other say no more than one.
    if (kind === lastKind && x - lastPlace < 4) continue
    lastPlace = x
    lastKind = kind
    ctx.beginPath()
    if (kind === 'nan') {
      ctx.arc(x, bottom - 3.5, 2.6, 0, 2 * Math.PI)
      ctx.stroke()
      continue
    }
    const [tip, base] = kind === 'posinf' ? [plot.top, plot.top + 5] : [bottom, bottom - 5]
    ctx.moveTo(x, tip)
    ctx.lineTo(x - 3.2, base)
    ctx.lineTo(x + 3.2, base)
    ctx.closePath()
    ctx.fill()
  }
}

function lastRow(series: LineSeries): number {
  let row = series.x.length - 1
  while (row >= 0 && !Number.isFinite(series.y[row])) row--
  return row
}

function drawHead(ctx: Pen, series: LineSeries, model: LineModel, plot: Plot): void {
  const row = lastRow(series)
  if (row < 0) return
  const at = series.x[row] as number
  const y = yOf(plot, series)(series.y[row] as number)
  if (at < model.x[0] || at > model.x[1] || !(y >= plot.top - 2 && y <= plot.top + plot.height + 2)) return
  const x = plot.x(at)
  ctx.fillStyle = colourOf(series.colour)
  ctx.globalAlpha = HALO_ALPHA
  dot(ctx, x, y, 5.5)
  ctx.globalAlpha = 1
  dot(ctx, x, y, 2.8)
}

export function dot(ctx: Pen, x: number, y: number, radius: number): void {
  ctx.beginPath()
  ctx.arc(x, y, radius, 0, 2 * Math.PI)
  ctx.fill()
}

function drawEndLabels(ctx: Pen, model: LineModel, plot: Plot): void {
  const right = plot.left + plot.width
  const places = model.series
    .filter(series => !series.isFaint)
    .map(series => {
      const row = lastRow(series)
      return { series, x: plot.x(series.x[row] ?? 0), y: yOf(plot, series)(series.y[row] ?? Number.NaN) }
    })
    .filter(({ y }) => Number.isFinite(y))
    .toSorted((a, b) => a.y - b.y)
  ctx.font = END_LABEL_FONT
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  const ys = spreadLabels(
    places.map(({ y }) => y),
    plot.top + 5,
    plot.top + plot.height - 5,
    LABEL_GAP_PX,
  )
  places.forEach(({ series }, i) => {
    const y = ys[i]
    if (y === undefined) return
    ctx.fillStyle = colourOf(series.colour)
    ctx.fillText(cutText(ctx, series.label, END_LABELS_PX - 12), right + 8, y)
  })
}

/**
 * Where labels that belong at ascending `ys` stand without touching: moved as little as keeps `gap` between them and all within
 * [low, high]. What finds no room is left out (undefined), the last first: the run list names it.
 */
export function spreadLabels(ys: readonly number[], low: number, high: number, gap: number): (number | undefined)[] {
  const room = Math.max(0, Math.floor((high - low) / gap) + 1)
  const placed: number[] = []
  for (const y of ys.slice(0, room)) {
    placed.push(Math.max(Math.min(high, Math.max(low, y)), (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + gap))
  }
  // Those pushed below the edge come up again and push the ones above them.
  for (let i = placed.length - 1, limit = high; i >= 0; i--, limit -= gap) {
    placed[i] = Math.min(placed[i] as number, limit)
    limit = placed[i] as number
  }
  return ys.map((_, i) => placed[i])
}
