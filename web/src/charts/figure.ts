/**
 * A line chart as a figure of its own, for files: title, axes, lines and a legend, from the same model and by the same code as on the
 * screen. Equal data give equal pictures, whatever the window's size.
 */

import { drawLines } from './lines'
import { drawMark } from './lineMarks'
import { scaleTicks } from './lineScales'
import type { LineModel, LineSeries } from './model'
import { formatTick } from './number'
import { colourOf } from './palette'
import type { Pen } from './pen'
import { cutText, END_LABELS_PX, type Plot, plotOf } from './plot'
import { formatXTick, xTicks } from './ticks'

export interface Figure {
  title: string
  /** What the picture is made of. */
  note: string
  /** One below the other. */
  pictures: readonly { title: string; model: LineModel }[]
}

export const FIGURE_WIDTH = 720
const PICTURE_HEIGHT = 360
const HEAD = 40
const PAD = 16
const LEGEND_ROW = 16
const LEGEND_COLUMN = 220
/** Lines of a legend at most; it says how many more there are. */
const LEGEND_MAX = 60
const FONT = 'Geist, system-ui, sans-serif'

interface Place {
  model: LineModel
  title: string
  top: number
  height: number
  legend: readonly LineSeries[]
}

function placesOf({ pictures }: Figure): { places: Place[]; height: number } {
  let top = HEAD
  const places = pictures.map(({ title, model }) => {
    const told = model.series.filter(series => !series.isFaint)
    const legend = model.hasEndLabels || told.length < 2 ? [] : told.slice(0, LEGEND_MAX)
    const columns = Math.floor((FIGURE_WIDTH - 2 * PAD) / LEGEND_COLUMN)
    const height = PICTURE_HEIGHT + (legend.length > 0 ? Math.ceil((legend.length + 1) / columns) * LEGEND_ROW + 10 : 0)
    const place = { model, title: pictures.length > 1 ? title : '', top, height, legend }
    top += height + PAD
    return place
  })
  return { places, height: top }
}

export const figureHeight = (figure: Figure): number => placesOf(figure).height

export function drawFigure(pen: Pen, figure: Figure, bandAlpha: number): void {
  const { places, height } = placesOf(figure)
  pen.fillStyle = colourOf('--panel')
  pen.fillRect(0, 0, FIGURE_WIDTH, height)
  pen.textAlign = 'left'
  pen.textBaseline = 'alphabetic'
  pen.fillStyle = colourOf('--text-1')
  pen.font = `600 14px ${FONT}`
  pen.fillText(cutText(pen, figure.title, FIGURE_WIDTH / 2), PAD, 24)
  const used = pen.measureText(cutText(pen, figure.title, FIGURE_WIDTH / 2)).width
  pen.font = `400 11px ${FONT}`
  pen.fillStyle = colourOf('--text-3')
  pen.fillText(cutText(pen, figure.note, FIGURE_WIDTH - used - 3 * PAD), PAD + used + 12, 24)
  for (const place of places) drawPlace(pen, place, bandAlpha)
}

function drawPlace(pen: Pen, { model, title, top, legend }: Place, bandAlpha: number): void {
  const yTicks = scaleTicks(model.yScale, ...model.y, 6)
  const y2Ticks = model.y2 ? scaleTicks(model.y2Scale, ...model.y2, 6) : null
  const room = (ticks: { at: number[]; step: number }): number =>
    Math.max(28, ...ticks.at.map(at => formatTick(at, ticks.step).length * 6.2)) + 10
  const left = PAD + room(yTicks)
  const right = y2Ticks ? room(y2Ticks) : model.hasEndLabels ? END_LABELS_PX : 12
  const head = title ? 20 : 0
  const plot = plotOf(model, {
    left,
    top: top + head + 4,
    width: FIGURE_WIDTH - left - right - PAD,
    height: PICTURE_HEIGHT - head - 44,
  })
  if (title) {
    pen.font = `500 12px ${FONT}`
    pen.fillStyle = colourOf('--text-1')
    pen.textAlign = 'left'
    pen.textBaseline = 'alphabetic'
    pen.fillText(title, PAD, top + 12)
  }
  drawAxes(pen, model, plot, yTicks, y2Ticks)
  drawLines(pen, model, plot, bandAlpha)
  if (legend.length > 0) drawLegend(pen, model, legend, top + PICTURE_HEIGHT + 6)
}

function drawAxes(
  pen: Pen,
  model: LineModel,
  plot: Plot,
  yTicks: { at: number[]; step: number },
  y2Ticks: { at: number[]; step: number } | null,
): void {
  const bottom = plot.top + plot.height
  const right = plot.left + plot.width
  pen.lineWidth = 1
  pen.font = `400 11px ${FONT}`
  pen.textBaseline = 'middle'
  for (const at of yTicks.at) {
    const y = plot.y(at)
    pen.strokeStyle = colourOf('--chart-grid')
    line(pen, plot.left, y, right, y)
    pen.fillStyle = colourOf('--chart-label')
    pen.textAlign = 'right'
    pen.fillText(formatTick(at, yTicks.step), plot.left - 7, y)
  }
  pen.textAlign = 'left'
  for (const at of y2Ticks?.at ?? []) pen.fillText(formatTick(at, y2Ticks?.step ?? 0), right + 7, plot.y2(at))
  pen.strokeStyle = colourOf('--chart-axis')
  line(pen, plot.left, bottom, right, bottom)
  const count = plot.width / 90
  const { at, step } =
    model.xScale === 'linear'
      ? xTicks(model.axis, ...model.x, count)
      : scaleTicks(model.xScale, ...model.x, Math.round(count))
  pen.textAlign = 'center'
  pen.textBaseline = 'top'
  pen.fillStyle = colourOf('--chart-label')
  for (const value of at) pen.fillText(formatXTick(model.axis, value, step), plot.x(value), bottom + 6)
  // A figure stands alone: unlike on the page, its axis is named.
  pen.textAlign = 'right'
  pen.fillText(model.xTitle, right, bottom + 21)
}

function line(pen: Pen, x0: number, y0: number, x1: number, y1: number): void {
  pen.beginPath()
  pen.moveTo(x0, Math.round(y0) + 0.5)
  pen.lineTo(x1, Math.round(y1) + 0.5)
  pen.stroke()
}

function drawLegend(pen: Pen, model: LineModel, legend: readonly LineSeries[], top: number): void {
  const columns = Math.floor((FIGURE_WIDTH - 2 * PAD) / LEGEND_COLUMN)
  pen.font = `400 11px ${FONT}`
  pen.textAlign = 'left'
  pen.textBaseline = 'middle'
  legend.forEach((series, i) => {
    const x = PAD + (i % columns) * LEGEND_COLUMN
    const y = top + Math.floor(i / columns) * LEGEND_ROW + 8
    pen.strokeStyle = pen.fillStyle = colourOf(series.colour)
    pen.lineWidth = series.width || 1.8
    pen.setLineDash(series.dash as number[])
    pen.beginPath()
    pen.moveTo(x, y)
    pen.lineTo(x + 18, y)
    pen.stroke()
    pen.setLineDash([])
    drawMark(pen, series.mark, x + 9, y, 3)
    pen.fillStyle = colourOf('--text-2')
    pen.fillText(cutText(pen, series.label, LEGEND_COLUMN - 34), x + 24, y)
  })
  const all = model.series.filter(series => !series.isFaint).length + (model.density?.lineCount ?? 0)
  if (all > legend.length) {
    const i = legend.length
    pen.fillStyle = colourOf('--text-3')
    pen.fillText(
      `and ${all - i} more`,
      PAD + (i % columns) * LEGEND_COLUMN,
      top + Math.floor(i / columns) * LEGEND_ROW + 8,
    )
  }
}
