/** What follows the pointer: the crosshair with its label and dots, the brush. */

import type { Brush } from './gestures'
import { dot } from './lines'
import type { LineModel, LineSeries, Reading } from './model'
import { colourOf } from './palette'
import { type Plot, yOf } from './plot'
import { formatX } from './ticks'

const LABEL_FONT = '500 11px Geist, system-ui, sans-serif'

export function drawBrush(
  ctx: CanvasRenderingContext2D,
  plot: Plot,
  { kind, from, to }: Brush,
  isMarking: boolean,
): void {
  const right = plot.left + plot.width
  const bottom = plot.top + plot.height
  const inX = (x: number): number => Math.max(plot.left, Math.min(right, x))
  const inY = (y: number): number => Math.max(plot.top, Math.min(bottom, y))
  const isWhole = isMarking || kind === 'x'
  const [x0, x1] =
    !isMarking && kind === 'y' ? [plot.left, right] : [inX(Math.min(from.x, to.x)), inX(Math.max(from.x, to.x))]
  const [y0, y1] = isWhole ? [plot.top, bottom] : [inY(Math.min(from.y, to.y)), inY(Math.max(from.y, to.y))]
  ctx.fillStyle = ctx.strokeStyle = colourOf('--accent')
  ctx.globalAlpha = 0.12
  ctx.fillRect(x0, y0, x1 - x0, y1 - y0)
  ctx.globalAlpha = 1
  ctx.lineWidth = 1
  ctx.setLineDash(isMarking ? [4, 3] : [])
  ctx.strokeRect(Math.round(x0) + 0.5, Math.round(y0) + 0.5, Math.round(x1 - x0), Math.round(y1 - y0) - 1)
  ctx.setLineDash([])
}

export function drawCrosshair(
  ctx: CanvasRenderingContext2D,
  plot: Plot,
  model: LineModel,
  at: number,
  readings: readonly Reading[],
  hovered: readonly LineSeries[],
): void {
  const x = Math.round(plot.x(at)) + 0.5
  const bottom = plot.top + plot.height
  ctx.strokeStyle = colourOf('--chart-cross')
  ctx.lineWidth = 1
  ctx.beginPath()
  ctx.moveTo(x, plot.top)
  ctx.lineTo(x, bottom)
  ctx.stroke()
  // The lines pointed at come last, above all others.
  const order = readings.toSorted((a, b) => Number(hovered.includes(a.series)) - Number(hovered.includes(b.series)))
  for (const { series, row, place } of order) {
    const y = yOf(plot, series)(place)
    if (!(y >= plot.top - 3 && y <= bottom + 3)) continue
    ctx.fillStyle = colourOf(series.colour)
    const px = plot.x(series.x[row] as number)
    if (hovered.includes(series)) {
      ctx.strokeStyle = colourOf('--panel')
      ctx.lineWidth = 1.6
      dot(ctx, px, y, 4)
      ctx.stroke()
    } else dot(ctx, px, y, 2.5)
  }
  const text = formatX(model.axis, at)
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
