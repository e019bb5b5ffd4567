/** What a line panel gives away: its picture as PNG, its numbers as CSV. */

import type { DecodedSeries } from '../../data/arrow'
import type { Scope } from '../../data/metricStore'
import { type ReadSeries, requestAxis } from '../../data/seriesLoader'
import type { DrawnRun } from '../context'
import { channelOf, type LinePanel, metricOf } from './schema'

const COLUMNS = ['count', 'min', 'max', 'mean', 'first', 'last', 'nan', 'posinf', 'neginf'] as const
const EXPORT_RUNS = 50

/** The buckets of the picture with every digit, a line each. Raw series give one point a line. */
export async function toCsv(
  read: ReadSeries,
  what: { panel: LinePanel; runs: readonly DrawnRun[]; scope: Scope; buckets: number },
): Promise<string> {
  const { panel, runs, scope, buckets } = what
  const names = new Map(runs.map(run => [run.id, run.name]))
  const { signal } = new AbortController()
  const series: DecodedSeries[] = []
  for (let from = 0; from < runs.length; from += EXPORT_RUNS) {
    const request = {
      runs: runs.slice(from, from + EXPORT_RUNS).map(run => run.id),
      keys: [metricOf(panel)],
      ...requestAxis(scope.axis),
      ...(scope.window ? { window: scope.window } : {}),
      channel: channelOf(panel),
      buckets,
      precision: 64 as const,
    }
    series.push(...(await read(request, signal)))
  }
  return csvOf(series, names, scope.axis)
}

export function csvOf(series: readonly DecodedSeries[], names: ReadonlyMap<string, string>, axis: string): string {
  const lines = [['run', 'name', 'metric', axis.replace(/^metric:/, ''), ...COLUMNS].map(quoted).join(',')]
  for (const { run, key, data } of series) {
    const start = [run, names.get(run) ?? '', key].map(quoted).join(',')
    for (let i = 0; i < data.rows; i++) {
      lines.push([start, String(data.x[i]), ...COLUMNS.map(name => numberText(data[name][i] as number))].join(','))
    }
  }
  return `${lines.join('\r\n')}\r\n`
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? String(value) : value > 0 ? 'Infinity' : '-Infinity'
}

/** Quoted where needed. A text that a spreadsheet would run as a formula is told to be text. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function fileName(title: string, ending: string): string {
  return `${title.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^-+|-+$/g, '') || 'panel'}.${ending}`
}

export function download(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** The picture under its title. */
export async function toPng(
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
