/** The frame of a chart of two axes: room for labels, horizontal grid lines, the axis line below. */

import { colourOf } from './palette'
import type { Pen } from './pen'
import { cutText, FONT, type Size } from './picture'
import type { AxisTick } from './scales'

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

export interface BoxAxis {
  /** 0 at the left or the foot, 1 at the right or the head. */
  place: (at: number) => number
  ticks: readonly AxisTick[]
}

export interface BoxTitles {
  x?: string
  y?: string
}

/** Where the plot lies once its labels have their room. */
export function boxOf(pen: Pen, size: Size, yTicks: readonly AxisTick[], titles: BoxTitles = {}): Box {
  pen.font = FONT
  const labels = Math.max(18, ...yTicks.map(({ text }) => pen.measureText(text).width))
  const left = Math.min(labels + 14, size.width * 0.4)
  const top = titles.y ? 22 : 8
  const bottom = titles.x ? 36 : 21
  return { left, top, width: Math.max(20, size.width - left - 12), height: Math.max(20, size.height - top - bottom) }
}

export function paintAxes(pen: Pen, box: Box, x: BoxAxis, y: BoxAxis, titles: BoxTitles = {}): void {
  const foot = box.top + box.height
  pen.globalAlpha = 1
  pen.setLineDash([])
  pen.lineWidth = 1
  pen.font = FONT
  pen.textBaseline = 'middle'
  pen.textAlign = 'right'
  for (const { at, text } of y.ticks) {
    const py = Math.round(foot - y.place(at) * box.height) + 0.5
    if (py < box.top - 1 || py > foot + 1) continue
    pen.strokeStyle = colourOf('--chart-grid')
    pen.beginPath()
    pen.moveTo(box.left, py)
    pen.lineTo(box.left + box.width, py)
    pen.stroke()
    pen.fillStyle = colourOf('--chart-label')
    pen.fillText(cutText(pen, text, box.left - 10), box.left - 7, py)
  }
  pen.strokeStyle = colourOf('--chart-axis')
  pen.beginPath()
  pen.moveTo(box.left, Math.round(foot) + 0.5)
  pen.lineTo(box.left + box.width, Math.round(foot) + 0.5)
  pen.stroke()
  pen.textBaseline = 'alphabetic'
  pen.fillStyle = colourOf('--chart-label')
  let free = Number.NEGATIVE_INFINITY
  for (const { at, text } of x.ticks) {
    const px = box.left + x.place(at) * box.width
    if (px < box.left - 1 || px > box.left + box.width + 1) continue
    const room = x.ticks.length > 1 ? (box.width / x.ticks.length) * 1.6 : box.width
    const shown = cutText(pen, text, room)
    const width = pen.measureText(shown).width
    const start = Math.max(0, Math.min(box.left + box.width + 12 - width, px - width / 2))
    // A label that would lie on its neighbour is left out.
    if (start < free) continue
    free = start + width + 6
    pen.textAlign = 'left'
    pen.fillText(shown, start, foot + 15)
  }
  pen.fillStyle = colourOf('--text-2')
  if (titles.x) {
    pen.textAlign = 'right'
    pen.fillText(cutText(pen, titles.x, box.width), box.left + box.width, foot + 30)
  }
  if (titles.y) {
    pen.textAlign = 'left'
    pen.fillText(cutText(pen, titles.y, box.width), Math.max(0, box.left - 10), box.top - 9)
  }
}
