/** What a line panel gives away: its picture as PNG and SVG, its numbers as CSV. */

import { drawFigure, type Figure, FIGURE_WIDTH, figureHeight } from '../../charts/figure'
import { onPaper } from '../../charts/palette'
import { SvgPen } from '../../charts/pen'
import type { DecodedGroup, DecodedSeries } from '../../data/arrow'
import type { Scope } from '../../data/metricStore'
import { type ReadSeries, requestAxis } from '../../data/seriesLoader'
import type { DrawnRun } from '../context'
import { quoted } from '../files'

const COLUMNS = ['count', 'min', 'max', 'mean', 'first', 'last', 'nan', 'posinf', 'neginf'] as const
const EXPORT_SERIES = 50
const PNG_SCALE = 2
const PAPER_BAND = 0.15

/** The buckets of the picture with every digit, a line each. Raw series give one point a line. */
export async function toCsv(
  read: ReadSeries,
  what: { keys: readonly string[]; runs: readonly DrawnRun[]; scope: Scope; buckets: number },
): Promise<string> {
  const { keys, runs, scope, buckets } = what
  const names = new Map(runs.map(run => [run.id, run.name]))
  const { signal } = new AbortController()
  const series: DecodedSeries[] = []
  for (const key of keys) {
    for (let from = 0; from < runs.length; from += EXPORT_SERIES) {
      const request = {
        runs: runs.slice(from, from + EXPORT_SERIES).map(run => run.id),
        keys: [key],
        ...requestAxis(scope.axis),
        ...(scope.window ? { window: scope.window } : {}),
        ...(scope.smoothing ? { smoothing: scope.smoothing } : {}),
        ...(scope.method ? { method: scope.method } : {}),
        ...(scope.isLogX ? { x_scale: 'log' as const } : {}),
        channel: scope.channel,
        buckets,
      }
      series.push(...(await read(request, signal)))
    }
  }
  return csvOf(series, names, scope.axis)
}

export function csvOf(series: readonly DecodedSeries[], names: ReadonlyMap<string, string>, axis: string): string {
  const hasSmooth = series.some(({ data }) => data.smooth)
  const head = ['run', 'name', 'metric', axis.replace(/^metric:/, ''), ...COLUMNS, ...(hasSmooth ? ['smooth'] : [])]
  const lines = [head.map(quoted).join(',')]
  for (const { run, key, data } of series) {
    const start = [run, names.get(run) ?? '', key.replace(/^=/, '')].map(quoted).join(',')
    for (let i = 0; i < data.rows; i++) {
      const row = [start, String(data.x[i]), ...COLUMNS.map(name => String(data[name][i]))]
      if (hasSmooth) row.push(data.smooth ? String(data.smooth[i]) : '')
      lines.push(row.join(','))
    }
  }
  return `${lines.join('\r\n')}\r\n`
}

/** Lines of groups as drawn: where, how many runs, the middle and the band. */
export function groupsCsv(groups: readonly DecodedGroup[], axis: string): string {
  const lines = [
    ['group', 'metric', axis.replace(/^metric:/, ''), 'runs', 'middle', 'low', 'high'].map(quoted).join(','),
  ]
  for (const { label, key, data } of groups) {
    const start = [label, key.replace(/^=/, '')].map(quoted).join(',')
    for (let i = 0; i < data.rows; i++)
      lines.push([start, data.x[i], data.count[i], ...[data.mean[i], data.min[i], data.max[i]].map(String)].join(','))
  }
  return `${lines.join('\r\n')}\r\n`
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

/** The figure as vectors, for papers. */
export function toSvg(figure: Figure): string {
  const pen = new SvgPen(FIGURE_WIDTH, figureHeight(figure))
  onPaper(() => drawFigure(pen, figure, PAPER_BAND))
  return pen.toString(figure.title)
}

/** The same figure in pixels, twice as fine as a screen. */
export async function toPng(figure: Figure): Promise<Blob> {
  // All of them: a font that no text of the page has used yet is not there when the first picture is drawn.
  await Promise.all([...(document.fonts ?? [])].map(font => font.load().catch(() => undefined)))
  const made = document.createElement('canvas')
  made.width = FIGURE_WIDTH * PNG_SCALE
  made.height = figureHeight(figure) * PNG_SCALE
  const pen = made.getContext('2d') as CanvasRenderingContext2D
  pen.scale(PNG_SCALE, PNG_SCALE)
  onPaper(() => drawFigure(pen, figure, PAPER_BAND))
  return new Promise((resolve, reject) => {
    made.toBlob(blob => (blob ? resolve(blob) : reject(new Error('The picture could not be encoded'))), 'image/png')
  })
}
