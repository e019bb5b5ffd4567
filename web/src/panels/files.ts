/** What panels give away: a table as CSV, a picture as PNG or SVG. */

import type { ExactInteger } from '../data/exactIntegers'

export type Cell = string | number | ExactInteger | null

export interface TableColumn {
  name: string
  isNumber?: boolean
}

/** The table behind a picture. `rows` holds all of them; the dialog shows as many as it can and says so. */
export interface Table {
  columns: readonly TableColumn[]
  rows: readonly (readonly Cell[])[]
}

export function csvOfTable({ columns, rows }: Table): string {
  const lines = [columns.map(column => quoted(column.name)).join(',')]
  for (const row of rows) lines.push(row.map(cellText).join(','))
  return `${lines.join('\r\n')}\r\n`
}

function cellText(cell: Cell): string {
  if (cell === null) return ''
  return typeof cell === 'string' ? quoted(cell) : String(cell)
}

/** A cell of CSV, quoted where needed. A text that a spreadsheet would run as a formula is told to be text, as in the server's. */
export function quoted(text: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A table for notes and reports, in GitHub's Markdown. */
export function markdownOfTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  const text = (cell: Cell): string => (cell === null ? '' : String(cell))
  return [
    line(columns.map(column => column.name)),
    line(columns.map(column => (column.isNumber ? '--:' : '---'))),
    ...rows.map(row => line(row.map(text))),
    '',
  ].join('\n')
}

export function fileName(title: string, ending: string): string {
  return `${title.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^-+|-+$/g, '') || 'panel'}.${ending}`
}

export function saveFile(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** The picture under its title. */
export function pngOf(
  picture: HTMLCanvasElement,
  title: string,
  colours: { text: string; panel: string },
): Promise<Blob> {
  const scale = 2
  const head = 34 * scale
  const made = document.createElement('canvas')
  made.width = picture.width
  made.height = picture.height + head
  const ctx = made.getContext('2d') as CanvasRenderingContext2D
  ctx.fillStyle = colours.panel
  ctx.fillRect(0, 0, made.width, made.height)
  ctx.drawImage(picture, 0, head)
  ctx.fillStyle = colours.text
  ctx.font = `500 ${13 * scale}px Geist, system-ui, sans-serif`
  ctx.textBaseline = 'middle'
  ctx.fillText(title, 12 * scale, head / 2)
  return new Promise((resolve, reject) => {
    made.toBlob(blob => (blob ? resolve(blob) : reject(new Error('The picture could not be encoded'))), 'image/png')
  })
}
